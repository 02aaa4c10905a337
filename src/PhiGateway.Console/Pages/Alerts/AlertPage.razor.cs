using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Alerts;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>One alert: what was seen, its records, what it stands for, what happened to it, and the steps.</summary>
public sealed partial class AlertPage
{
    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required AlertPageModel Model { get; set; }

    private IEnumerable<(Guid Id, int Number)> Records
    {
        get
        {
            for (var place = 0; place < Model.Alert.Records.Count; place++)
            {
                if (Guid.TryParse(Model.Alert.Records[place], out var id))
                {
                    yield return (id, place + 1);
                }
            }
        }
    }

    private string? Escalated =>
        Model.Alert.Escalations is { } times ? $", escalated {Words.Count(times, "time", "times")} because nobody took it" : null;

    // For who does not read the history: what the alert itself says.
    private string Handled =>
        Model.Alert is { HandledBy: { } by, HandledAt: { } at }
            ? $"Last dealt with by {by}, {Words.Minute(at)} UTC. Each step of it is shown to who reads the history of the registry."
            : "Nobody has dealt with it.";

    private string? Nothing =>
        Model switch
        {
            { Alert.State: AlertState.Closed } => "It is closed: the gateway alone opens it again, when it is found anew.",
            { Alert.Kind: EmergencyUses.Kind, Rights.MayReview: false } => "It is decided by an approver, an auditor or a privacy officer.",
            { Alert.Kind: not EmergencyUses.Kind, Rights.MayTake: false } => "Steps are taken by operators, approvers and responders.",
            _ => null,
        };

    // The client's records since it was told, among which are those of what was seen; null: it is about something else.
    private string? CallsSince =>
        Model.Rights.MayRead && Model.Alert.Subject.Split('/', 2) is ["client", var id] ? Links.Audit(Model.Alert.At, client: id) : null;

    // The trail is not searched by the words of a justification: every number of a use leads to its calls, and each of them has its own.
    private RenderFragment CallsLink(EmergencyReport use, string words) =>
        builder =>
        {
            if (!Model.Rights.MayRead)
            {
                builder.AddContent(0, words);
                return;
            }

            builder.OpenElement(1, "a");
            builder.AddAttribute(2, "href", CallsOf(use));
            builder.AddContent(3, words);
            builder.CloseElement();
        };

    private string CallsOf(EmergencyReport use)
    {
        var day = new DateTimeOffset(Model.Alert.At.UtcDateTime.Date, TimeSpan.Zero);
        var client = Model.Alert.Subject.Split('/', 2) is [_, var id] ? id : null;
        return Links.Audit(use.First < day ? use.First : day, day.AddDays(1), client: client, kind: "override");
    }
}
