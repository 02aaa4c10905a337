using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Writes alerts in the gateway's own name, each on record before it stands in the registry. Used by whatever raises alerts without a person:
/// doors that close, emergency uses, findings of the watch, of the verifier, dormant clients.
/// </summary>
internal sealed class AlertWriter(IRegistryStore store, IAuditJournal journal, TimeProvider time)
{
    /// <summary>Who raises them.</summary>
    public const string Gateway = AdminKeyRules.Gateway;

    /// <summary>Event of a new one.</summary>
    public const string Raised = "alert.raise";

    /// <summary>Event of one that ends.</summary>
    public const string Resolved = "alert.resolve";

    /// <summary>An alert as the gateway closes it.</summary>
    public static Alert Closed(Alert alert, string resolution, DateTimeOffset now) =>
        alert with
        {
            State = AlertState.Closed,
            HandledBy = Gateway,
            HandledAt = now,
            Resolution = resolution,
        };

    /// <summary>
    /// An alert that has become worse, open again as if it were new: what a person did to it was about less, and does not keep it from being
    /// told.
    /// </summary>
    public static Alert Reopened(Alert alert, DateTimeOffset now) =>
        alert with
        {
            State = AlertState.Open,
            AssignedTo = null,
            SnoozedUntil = null,
            Escalations = null,
            EscalatedAt = now,
        };

    /// <summary>Persons who are told, once each; whoever is not there is left out.</summary>
    public static string NotifyOf(params IEnumerable<string?> persons) =>
        string.Join(", ", persons.Where(static name => !string.IsNullOrWhiteSpace(name)).Distinct(StringComparer.OrdinalIgnoreCase));

    /// <summary>The record that stands before a write.</summary>
    /// <param name="name">What happens to the alert, such as <see cref="Raised"/>.</param>
    /// <param name="write">The alert as it becomes.</param>
    /// <param name="before">Its stored form; null: there is none yet.</param>
    /// <param name="revision">Revision of the registry that was looked at; 0: none was.</param>
    /// <param name="now">The moment.</param>
    public static AuditRecord RecordOf(string name, RegistryWrite write, RegistryItem? before, long revision, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            Kind = AuditKind.Admin,
            Event = name,
            Time = now,
            Actor = Gateway,
            Target = KindWord.Of(RegistryKind.Alert, write.Id),
            Revision = revision,
            Before = DocumentMeta.ForRecord(RegistryKind.Alert, before?.Json),
            After = DocumentMeta.ForRecord(RegistryKind.Alert, write.Json),
            Note = "intent",
        };

    /// <summary>Raises one unless it is there: what a person closed stays closed.</summary>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> RaiseAsync(Alert alert, long revision) =>
        await store.FindAsync(RegistryKind.Alert, alert.Id, CancellationToken.None) is null
        && await WriteAsync(Raised, alert.Id, RegistryJson.Serialize(alert), null, revision);

    /// <summary>Closes those of a kind that are open and that a condition picks.</summary>
    /// <returns>How many were written.</returns>
    public async Task<int> CloseAsync(WorkingSet set, string kind, Func<Alert, bool> picks, string resolution, long revision)
    {
        var written = 0;
        foreach (var (id, item) in set.Kind(RegistryKind.Alert))
        {
            if (item.Entity is Alert { State: not AlertState.Closed } open && open.Kind == kind && picks(open))
            {
                var json = RegistryJson.Serialize(Closed(open, resolution, time.GetUtcNow()));
                written += await WriteAsync(Resolved, id, json, item.Item, revision) ? 1 : 0;
            }
        }

        return written;
    }

    /// <summary>Writes one over what was seen.</summary>
    /// <returns>Whether it was written; another node may have been faster, and says the same.</returns>
    public async Task<bool> WriteAsync(string name, string id, string json, RegistryItem? before, long revision)
    {
        var write = new RegistryWrite(RegistryKind.Alert, id, json, before?.Version ?? 0);
        await journal.AppendAsync(RecordOf(name, write, before, revision, time.GetUtcNow()));
        return await store.WriteAsync([write], Gateway, CancellationToken.None) is RegistryWriteResult.Written;
    }
}
