using Microsoft.AspNetCore.Components;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>One client: what it can reach and by which grant, what it used, and what closes it when.</summary>
public sealed partial class ClientPageView
{
    private const int MostAlerts = 5;
    private const int MostUses = 100;

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required ClientModel Model { get; set; }

    private bool CanResume => Model.MayResume && Model.Profile.Client.Status is (ClientStatus.Suspended or ClientStatus.Quarantined);

    private string RecordsOf(UseRow row, UseCell cell) =>
        Links.Audit(
            Model.From,
            decision: cell.Used > 0 ? "permit" : "deny",
            client: Model.Profile.Client.Id,
            type: row.Type,
            interaction: cell.Interaction
        );

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

    private string Limits
    {
        get
        {
            var limits = Model.Profile.Client.Limits;
            string?[] words =
            [
                limits.RequestsPerSecond is { } rate ? Words.Count(rate, "request a second", "requests a second") : null,
                limits.DistinctPatientsPerHour is { } patients ? Words.Count(patients, "patient an hour", "patients an hour") : null,
                limits.DistinctPatientsPerDay is { } daily ? Words.Count(daily, "patient a day", "patients a day") : null,
                limits.DistinctPatientsPer30Days is { } monthly ? Words.Count(monthly, "patient in 30 days", "patients in 30 days") : null,
                limits.RecordsPerDay is { } records ? Words.Count(records, "record a day", "records a day") : null,
                limits.BytesPerDay is { } bytes ? Words.Count(bytes, "byte a day", "bytes a day") : null,
                limits.ExportsPerDay is { } exports ? Words.Count(exports, "export a day", "exports a day") : null,
                limits.WritesPerDay is { } writes ? Words.Count(writes, "write a day", "writes a day") : null,
                limits.BreakGlassPerDay is { } emergencies
                    ? Words.Count(emergencies, "emergency request a day", "emergency requests a day")
                    : null,
            ];
            var said = string.Join(", ", words.OfType<string>());
            return said.Length == 0 ? "the gateway's defaults" : said;
        }
    }
}
