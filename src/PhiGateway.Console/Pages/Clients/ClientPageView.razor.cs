using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Clients;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>One client: what it can reach and by which grant, what it used, and what closes it when.</summary>
public sealed partial class ClientPageView
{
    private const int MostAlerts = 5;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ClientModel Model { get; set; }

    private bool CanResume => Model.MayResume && Model.Profile.Client.Status is (ClientStatus.Suspended or ClientStatus.Quarantined);

    private bool CanAsk => Model is { MayAsk: true, Profile.Lift: not null };

    // What was refused, where its own form stands no more on the page.
    private TriedForm? Refused =>
        Model.Tried switch
        {
            { Step: "resume" } tried when !CanResume => tried,
            { Step: "request-lift" } tried when !CanAsk => tried,
            _ => null,
        };

    private string RecordsOf(UseRow row, UseCell cell, string decision) =>
        Links.Audit(Model.From, decision: decision, client: Model.Profile.Client.Id, type: row.Type, interaction: cell.Interaction);

    private string Verdict
    {
        get
        {
            var of = Model.Profile.Organization is { } organization ? $" of {organization.Name}" : string.Empty;
            var path = Model.Posture.Doors.FirstOrDefault(static door => door is { Guards: true, Open: false }) is { } shut
                ? $"its path is closed: {Words.Reason(shut.Reason).TrimEnd('.')}"
                : "its path is open";
            var next = Model
                .Posture.Doors.Where(static door => door is { Guards: true, Open: true, ClosesAt: not null })
                .MinBy(static door => door.ClosesAt);
            var closes = next is { ClosesAt: { } at }
                ? $" The next door to close by itself is {next.Name}, on {Words.Day(DateOnly.FromDateTime(at.UtcDateTime))}."
                : string.Empty;
            return $"{Model.Profile.Client.Id}{of} is {Model.Profile.Client.Owner}'s; {path}.{closes}";
        }
    }

    private string Limits => LimitWords.Joined(Model.Profile.Client.Limits) ?? "the gateway's defaults";

    // What it shares with others, nothing where nobody set it.
    private string? LimitsOfUseCase => LimitWords.Joined(Model.Profile.UseCase?.Limits);

    private string? LimitsOfOrganization => LimitWords.Joined(Model.Profile.Organization?.Limits);
}
