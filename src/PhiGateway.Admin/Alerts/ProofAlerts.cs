using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
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

    private const string Gateway = "system";

    /// <summary>Raises it, unless it is there: what a person closed stays closed.</summary>
    /// <returns>Whether an alert was written.</returns>
    public async Task<bool> RaiseAsync(ProofFinding finding)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(finding.Log + "\0" + finding.Code));
        var id = $"{Kind}-{Convert.ToHexStringLower(hash.AsSpan(0, 12))}";
        if (await store.FindAsync(RegistryKind.Alert, id, CancellationToken.None) is not null)
        {
            return false;
        }

        var now = time.GetUtcNow();
        var alert = new Alert
        {
            Id = id,
            Kind = Kind,
            Subject = "log/" + finding.Log,
            At = now,
            Severity = AlertSeverity.Urgent,
            Lane = AlertLane.Act,
            Evidence = string.Create(
                CultureInfo.InvariantCulture,
                $"{finding.Code}, first at record {finding.Sequence?.ToString(CultureInfo.InvariantCulture) ?? "-"}. {finding.Words}"
            ),
        };
        var json = RegistryJson.Serialize(alert);
        await journal.AppendAsync(
            new AuditRecord
            {
                Id = Guid.CreateVersion7(now),
                Kind = AuditKind.Admin,
                Event = "alert.raise",
                Time = now,
                Actor = Gateway,
                Target = "alert/" + id,
                After = json,
                Note = "intent",
            }
        );
        var write = new RegistryWrite(RegistryKind.Alert, id, json, 0);
        return await store.WriteAsync([write], Gateway, CancellationToken.None) is RegistryWriteResult.Written;
    }
}
