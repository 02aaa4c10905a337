using System.Globalization;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Raises an urgent alert when a node's verifier finds that its trail is not what was recorded: one for each log and kind of finding, which
/// names the records and is open again with each that it did not name when somebody closed it. Called by the host.
/// </summary>
public sealed class ProofAlerts(IRegistryStore store, IAuditJournal journal, TimeProvider time)
{
    /// <summary>Kind of these alerts.</summary>
    public const string Kind = AlertKinds.AuditFinding;

    // Of the log as a whole.
    private const long Whole = -1;

    private const int MostTries = 3;

    private readonly AlertWriter _writer = new(store, journal, time);

    /// <summary>Raises it, unless it is told already: what a person closed stays closed for the records that it named.</summary>
    /// <returns>Whether an alert was written.</returns>
    /// <exception cref="InvalidOperationException">Somebody else wrote it each time; to be tried again.</exception>
    public async Task<bool> RaiseAsync(ProofFinding finding)
    {
        var id = AlertKinds.IdOf(Kind, finding.Log + "\0" + finding.Code);
        var place = finding.Sequence ?? Whole;
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            var there = await store.FindAsync(RegistryKind.Alert, id, CancellationToken.None);
            // Security: a row that is no alert keeps nobody from being told; it is written over.
            if (there is null || StoredBody.Read(there, out _) is not Alert known)
            {
                if (await WriteAsync(AlertWriter.Raised, New(id, finding), there, [place]))
                {
                    return true;
                }

                continue;
            }

            var places = AlertNote.PlacesOf(there);
            if (places.Contains(place) || (places.Count == 0 && known.Evidence == EvidenceOf(finding, [place])))
            {
                return false;
            }

            // Whoever put it aside has not seen this one.
            var now = time.GetUtcNow();
            var isAside = known.State == AlertState.Closed || known.SnoozedUntil > now;
            long[] all = [.. places, place];
            var next = (isAside ? AlertWriter.Reopened(known, now) : known) with { Evidence = EvidenceOf(finding, all) };
            if (await WriteAsync(isAside ? "alert.escalate" : "alert.update", next, there, all))
            {
                return true;
            }
        }

        throw new InvalidOperationException("The alert changed each time that it was to be written.");
    }

    private static string EvidenceOf(ProofFinding finding, IReadOnlyCollection<long> places)
    {
        var more = places.Count == 1 ? string.Empty : $", {places.Count} in all, the last of them {Name(places.Max())}";
        return $"{finding.Code}, first at record {Name(places.Min())}{more}. {finding.Words}";
    }

    private static string Name(long place) => place == Whole ? "-" : place.ToString(CultureInfo.InvariantCulture);

    private Alert New(string id, ProofFinding finding) =>
        new()
        {
            Id = id,
            Kind = Kind,
            Subject = "log/" + finding.Log,
            At = time.GetUtcNow(),
            Severity = AlertSeverity.Urgent,
            Lane = AlertLane.Act,
            Evidence = EvidenceOf(finding, [finding.Sequence ?? Whole]),
        };

    private Task<bool> WriteAsync(string name, Alert alert, RegistryItem? before, IReadOnlyCollection<long> places)
    {
        var json = AlertNote.WithPlaces(RegistryJson.Serialize(alert), places);
        return _writer.WriteAsync(name, alert.Id, AuthorNote.Carried(json, before), before, revision: 0);
    }
}
