using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Status;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Now;

/// <summary>The first screen: what changed against the usual, what it touches, and what to do next.</summary>
public sealed partial class NowPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required NowModel Model { get; set; }

    private int Urgent => Model.Alerts.Items.Count(static listed => listed.Alert.Severity == AlertSeverity.Urgent);

    private int Troubled => Model.Nodes.Nodes.Count(static node => !node.Alive || node.Behind > 0 || node.Problem is not null);

    private string Headline
    {
        get
        {
            var words = Model.Traffic is { } traffic
                ? $"In the last {Model.Range} {Words.Count(traffic.Allowed, "call was", "calls were")} allowed and {Words.Number(traffic.Denied)} refused"
                    + $"{(traffic.UsualDenied is { } usual ? $": refusals are {Words.Against(traffic.Denied, usual)}" : string.Empty)}. "
                    + $"They touch {Words.Count(traffic.Clients.Count(static client => client.Id is not null), "client", "clients")} in {Words.Count(traffic.Tenants, "tenant", "tenants")}. "
                : string.Empty;
            return $"{words}{Words.Count(Urgent, "alert needs", "alerts need")} somebody to act.";
        }
    }

    private static string Usual(long value, long? usual) =>
        usual is { } known ? $"{Words.Against(value, known)} ({Words.Number(known)})" : "no earlier time to compare";

    private static string StyleOf(NodeReport node) =>
        node switch
        {
            { Alive: false } => "deny",
            { Problem: not null } => "warn",
            { Behind: > 0 } => "warn",
            _ => "allow",
        };

    private static string StateOf(NodeReport node) =>
        node switch
        {
            { Alive: false } => "silent",
            { Problem: not null } => "has a problem",
            { Behind: > 0 } => $"{node.Behind} behind",
            _ => "up to date",
        };
}
