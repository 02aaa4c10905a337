using System.Globalization;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Raises an urgent alert when a node's verifier finds that its trail is not what was recorded: one for each log and kind of finding. Called
/// by the host.
/// </summary>
public sealed class ProofAlerts(IRegistryStore store, IAuditJournal journal, TimeProvider time)
{
    /// <summary>Kind of these alerts.</summary>
    public const string Kind = AlertKinds.AuditFinding;

    private readonly AlertWriter _writer = new(store, journal, time);

    /// <summary>Raises it, unless it is there: what a person closed stays closed.</summary>
    /// <returns>Whether an alert was written.</returns>
    public Task<bool> RaiseAsync(ProofFinding finding) =>
        _writer.RaiseAsync(
            new Alert
            {
                Id = AlertKinds.IdOf(Kind, finding.Log + "\0" + finding.Code),
                Kind = Kind,
                Subject = "log/" + finding.Log,
                At = time.GetUtcNow(),
                Severity = AlertSeverity.Urgent,
                Lane = AlertLane.Act,
                Evidence = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{finding.Code}, first at record {finding.Sequence?.ToString(CultureInfo.InvariantCulture) ?? "-"}. {finding.Words}"
                ),
            },
            revision: 0
        );
}
