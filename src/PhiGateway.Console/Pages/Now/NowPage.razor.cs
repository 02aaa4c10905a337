using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Status;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Now;

/// <summary>The first screen: what changed against the usual, what it touches, and what to do next.</summary>
public sealed partial class NowPage
{
    private const int MostNext = 6;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required NowModel Model { get; set; }

    private int Urgent => Model.Lanes.FirstOrDefault(static lane => lane.Lane == AlertLanes.Act)?.Total ?? 0;

    // To act on first, then to look at; the other lanes are somebody's already, or nobody's hurry.
    private IReadOnlyList<(string Lane, Alert Alert)> Next =>
        [
            .. Model
                .Lanes.Where(static lane => lane.Lane is AlertLanes.Act or AlertLanes.Look)
                .SelectMany(static lane => lane.Items.Select(listed => (lane.Lane, listed.Alert)))
                .Take(MostNext),
        ];

    private int ClientsShown => Model.Traffic?.Clients.Count(static client => client.Id is not null) ?? 0;

    private int Troubled => Model.Nodes.Nodes.Count(static node => !node.Alive || node.Behind > 0 || node.Problem is not null);

    private string Headline => $"{InTraffic()}{Words.Count(Urgent, "alert needs", "alerts need")} somebody to act.";

    private string InTraffic()
    {
        if (Model.Traffic is not { } traffic)
        {
            return string.Empty;
        }

        var against = traffic.UsualDenied is { } usual ? $": refusals are {Words.Against(traffic.Denied, usual)}" : string.Empty;
        return $"In the last {Model.Range} {Words.Count(traffic.Allowed, "call was", "calls were")} allowed and {Words.Number(traffic.Denied)} "
            + $"refused{against}. They touch {Words.Count(traffic.ClientsInAll, "client", "clients")} "
            + $"in {Words.Count(traffic.Tenants, "tenant", "tenants")}. ";
    }

    private static string? ClientOf(Alert alert) => alert.Subject.Split('/', 2) is ["client", var id] ? id : null;

    private static string NoteOf(string lane) =>
        lane switch
        {
            AlertLanes.Act => "nobody is at it",
            AlertLanes.Look => "to be looked at",
            AlertLanes.Noise => "likely honest",
            _ => "somebody is at it",
        };

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
