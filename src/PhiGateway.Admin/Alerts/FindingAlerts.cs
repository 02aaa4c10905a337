using System.Globalization;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Makes an alert of what the watch found: one for each incident, however many nodes watch. Called by the watching loop of the
/// host.
/// </summary>
/// <remarks>
/// What a person closed stays closed, and what waits goes on waiting, until it is found to be worse: then it is open and told anew, and the
/// client may be quarantined for it. Whoever closed the first sign of something has not seen the rest. Which rules have spoken, and how grave
/// it was, stands in the alert's note, so that nodes that find the same tell it once.
/// </remarks>
public sealed class FindingAlerts(
    IRegistryStore store,
    IAuditJournal journal,
    ISnapshotSource snapshots,
    QuarantineRules quarantine,
    TimeProvider time
) : IFindingSink
{
    // Lost against a person or another node so often, it is told in the next round of the watch.
    private const int MostTries = 3;

    private const int MostRecords = 24;

    // For as long as the watch holds a rule's repetitions back: a node that remembers nothing finds them told here.
    private const int QuietDays = 14;

    private readonly AlertWriter _writer = new(store, journal, time);
    private readonly Quarantine _quarantine = new(
        new PathCloser(store, journal, time),
        new GatewayActs(store),
        snapshots,
        quarantine,
        time
    );

    /// <inheritdoc />
    public async Task RaiseAsync(Finding finding, CancellationToken cancellationToken)
    {
        var response = new FindingResponse(finding, _quarantine);
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            var there = await store.FindAsync(RegistryKind.Alert, IdOf(finding), cancellationToken);

            // Security: a row that is no alert keeps nobody from being told; it is written over.
            var isDone =
                there is not null && StoredBody.Read(there, out _) is Alert known
                    ? await RaiseWorseAsync(response, there, known)
                    : await RaiseNewAsync(response, there, cancellationToken);
            if (isDone)
            {
                return;
            }
        }

        throw new InvalidOperationException("The alert changed each time that it was to be written.");
    }

    // True: nothing is left to do.
    private async Task<bool> RaiseNewAsync(FindingResponse response, RegistryItem? unread, CancellationToken cancellationToken)
    {
        var finding = response.Finding;
        if (!response.WasAsked && await IsToldAsync(finding, cancellationToken))
        {
            return true;
        }

        await response.AskAsync();
        if (finding.IsFurther && response.Words is null)
        {
            return true;
        }

        var alert = Of(finding);
        alert = alert with { Evidence = Join(alert.Evidence, response.Words) };
        return await WriteAsync(AlertWriter.Raised, alert, unread, finding);
    }

    private async Task<bool> RaiseWorseAsync(FindingResponse response, RegistryItem there, Alert known)
    {
        var finding = response.Finding;
        var rules = AlertNote.RulesOf(there, known);
        var isWorse = rules.Values.All(word => word < finding.Severity);
        var isNew = !rules.ContainsKey(finding.Rule);
        if (!isWorse && !isNew)
        {
            // Another node wrote it first; what was done from here stands in it too.
            return response.Words is null
                || known.Evidence.Contains(response.Words, StringComparison.Ordinal)
                || await WriteAsync("alert.update", known with { Evidence = Join(known.Evidence, response.Words) }, there, finding);
        }

        await response.AskAsync();
        if (!isWorse && response.Words is null)
        {
            return true;
        }

        var found = Of(finding);
        var lane = isWorse ? found.Lane : known.Lane;
        var worse = AlertWriter.Reopened(known, time.GetUtcNow()) with
        {
            Severity = found.Severity > known.Severity ? found.Severity : known.Severity,
            Lane = lane,
            Evidence = Join(Join(known.Evidence, found.Evidence), response.Words),
            Records = [.. known.Records.Concat(found.Records).Distinct(StringComparer.Ordinal).Take(MostRecords)],
        };
        return await WriteAsync("alert.escalate", worse, there, finding);
    }

    // Whether this rule's view of this subject was told lately, as grave: by a node that remembers more than the one that found it.
    private async Task<bool> IsToldAsync(Finding finding, CancellationToken cancellationToken)
    {
        if (finding.Incident is not null || finding.IsOfItsDay)
        {
            return false;
        }

        for (var day = 0; day <= QuietDays; day++)
        {
            foreach (var rule in TrailWatch.FamilyNames(finding.Rule))
            {
                var id = IdOf(finding.Subject, new Incident(rule, finding.At.AddDays(-day)));
                if (
                    await store.FindAsync(RegistryKind.Alert, id, cancellationToken) is { } there
                    && StoredBody.Read(there, out _) is Alert told
                    && finding.At - told.At < TimeSpan.FromDays(QuietDays)
                    && AlertNote.RulesOf(there, told).TryGetValue(finding.Rule, out var word)
                    && word >= finding.Severity
                )
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string Join(string evidence, string? more) => more is null ? evidence : $"{evidence} {more}";

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

    private static string IdOf(Finding finding) => IdOf(finding.Subject, finding.Incident ?? new Incident(finding.Rule, finding.At));

    private static string IdOf(string subject, Incident incident) =>
        AlertKinds.IdOf(incident.Rule, $"{incident.Rule}\n{subject}\n{incident.At.UtcDateTime:yyyy-MM-dd}");

    private Alert Of(Finding finding)
    {
        var client = FindingResponse.ClientOf(finding) is { } id ? snapshots.Current.FindClientById(id)?.Client : null;
        return new Alert
        {
            Id = IdOf(finding),
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

    private Task<bool> WriteAsync(string name, Alert alert, RegistryItem? before, Finding finding)
    {
        var rules = before is null ? new Dictionary<string, FindingSeverity>() : AlertNote.RulesOf(before, alert);
        var json = AlertNote.WithRule(RegistryJson.Serialize(alert), rules, finding.Rule, finding.Severity);
        return _writer.WriteAsync(name, alert.Id, AuthorNote.Carried(json, before), before, snapshots.Current.Revision);
    }
}
