using System.Globalization;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Makes an alert of what the watch found: one for each incident, however many nodes watch. Called by the watching loop of the
/// host.
/// </summary>
/// <remarks>
/// What a person closed stays closed, and what waits goes on waiting, until it is found to be worse: then it is open and urgent, and the
/// client may be quarantined for it. Whoever closed the first sign of something has not seen the rest.
/// </remarks>
public sealed class FindingAlerts(
    IRegistryStore store,
    IAuditJournal journal,
    ISnapshotSource snapshots,
    QuarantineRules quarantine,
    TimeProvider time
) : IFindingSink
{
    private const string ClientPrefix = "client/";

    private readonly AlertWriter _writer = new(store, journal, time);
    private readonly Quarantine _quarantine = new(
        new PathCloser(store, journal, time),
        new GatewayClosures(store, snapshots),
        snapshots,
        quarantine,
        time
    );

    /// <inheritdoc />
    public async Task RaiseAsync(Finding finding, CancellationToken cancellationToken)
    {
        var alert = Of(finding);
        var there = await store.FindAsync(RegistryKind.Alert, alert.Id, cancellationToken);
        if (there is null)
        {
            await WriteAsync(AlertWriter.Raised, await ActedOnAsync(alert, finding), null);
            return;
        }

        var known = RegistryJson.Deserialize<Alert>(StoredBody.WithoutNotes(there.Json).ToJsonString());
        if (IsWorse(known, alert))
        {
            var found = await ActedOnAsync(alert, finding);
            var worse = known with
            {
                Severity = found.Severity,
                Lane = found.Lane,
                State = AlertState.Open,
                SnoozedUntil = null,
                Evidence = found.Evidence,
                Records = found.Records,
            };
            await WriteAsync("alert.escalate", worse, there);
        }
    }

    private static bool IsWorse(Alert known, Alert found) => known.Severity < found.Severity;

    private async Task<Alert> ActedOnAsync(Alert alert, Finding finding)
    {
        var done = ClientOf(finding) is { } client ? await _quarantine.ConsiderAsync(finding, client) : null;
        return done is null ? alert : alert with { Evidence = $"{alert.Evidence} {done}" };
    }

    private static string? ClientOf(Finding finding) =>
        finding.Subject.StartsWith(ClientPrefix, StringComparison.Ordinal) ? finding.Subject[ClientPrefix.Length..] : null;

    private static AlertLane LaneOf(FindingSeverity severity) =>
        severity switch
        {
            >= FindingSeverity.High => AlertLane.Act,
            FindingSeverity.Medium => AlertLane.Look,
            _ => AlertLane.Noise,
        };

    // Where an agent acts, the risk has a name in the agents' own list as well.
    private static string? RiskOf(Finding finding, Client? client) =>
        client?.Kind == ClientKind.AiAgent && AgenticRisk.Of(finding.Rule) is { } risk
            ? $"{finding.Risk}; {risk}"
            : finding.Risk?.ToString();

    private Alert Of(Finding finding)
    {
        var incident = finding.Incident ?? new Incident(finding.Rule, finding.At);
        var key = $"{incident.Rule}\n{finding.Subject}\n{incident.At.UtcDateTime:yyyy-MM-dd}";
        var client = ClientOf(finding) is { } id ? snapshots.Current.FindClientById(id)?.Client : null;
        return new Alert
        {
            Id = AlertKinds.IdOf(incident.Rule, key),
            Kind = finding.Rule,
            Subject = finding.Subject,
            At = finding.At,
            Severity = finding.Severity >= FindingSeverity.High ? AlertSeverity.Urgent : AlertSeverity.Warning,
            Lane = LaneOf(finding.Severity),
            Evidence = finding.Words,
            Risk = RiskOf(finding, client),
            Technique = finding.Technique,
            Records = [.. finding.Records.Select(static id => id.ToString("D", CultureInfo.InvariantCulture))],
            Notify = AlertWriter.NotifyOf(client?.Owner, client?.Deputy),
        };
    }

    private Task WriteAsync(string name, Alert alert, RegistryItem? before) =>
        _writer.WriteAsync(name, alert.Id, AuthorNote.Carried(RegistryJson.Serialize(alert), before), before, snapshots.Current.Revision);
}
