using System.Text.Json;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Closes the path of an active client in the gateway's own name, slows it down, or ends its tokens, on record first; in force on every node
/// within a second. Asked by <see cref="Quarantine"/> and <see cref="DormancyLadder"/>; it opens nothing.
/// </summary>
internal sealed class PathCloser(IRegistryStore store, IAuditJournal journal, TimeProvider time)
{
    private const string Revoked = "revocation.create";

    /// <summary>Closes it; false when it is not active, or somebody changed it at the same moment.</summary>
    /// <param name="id">Client id.</param>
    /// <param name="to">Suspended, quarantined or revoked.</param>
    /// <param name="verb">As the verb of a person is called, such as <c>quarantine</c>.</param>
    /// <param name="reason">Why, without PHI.</param>
    public Task<bool> CloseAsync(string id, ClientStatus to, string verb, string reason) =>
        ChangeAsync(
            id,
            verb,
            reason,
            (client, _) => client.Status == ClientStatus.Active ? client with { Status = to, StatusReason = reason } : null,
            Closed
        );

    /// <summary>
    /// Stands beside the person who closed it, so that it takes two to open it again who were told why; false when it is open, or somebody
    /// changed it at the same moment.
    /// </summary>
    /// <param name="id">Client id.</param>
    /// <param name="reason">Why, without PHI.</param>
    public Task<bool> JoinAsync(string id, string reason) =>
        ChangeAsync(
            id,
            "suspend",
            reason,
            static (client, _) => client.Status is ClientStatus.Suspended or ClientStatus.Quarantined ? client : null,
            static (client, item) => ClientClosing.Json(client, item, [AlertWriter.Gateway])
        );

    /// <summary>Ends one for good that the gateway alone has suspended for a cause; false when it is not so any more.</summary>
    /// <param name="id">Client id.</param>
    /// <param name="cause">How the reason begins for which it was suspended.</param>
    /// <param name="reason">Why it is ended.</param>
    public Task<bool> EndAsync(string id, string cause, string reason) =>
        ChangeAsync(
            id,
            "revoke",
            reason,
            (client, item) =>
                IsSuspendedFor(client, item, cause) ? client with { Status = ClientStatus.Revoked, StatusReason = reason } : null,
            Closed
        );

    /// <summary>Whether a client is closed, or slowed down, by the gateway for this very reason.</summary>
    public async Task<bool> IsDoneForAsync(string id, string reason) =>
        await store.FindAsync(RegistryKind.Client, id, CancellationToken.None) is { } item
        && Read(item) is var client
        && (
            (
                client.Status != ClientStatus.Active
                && client.StatusReason == reason
                && AuthorNote.ClosedBy(item).Contains(AlertWriter.Gateway)
            )
            || client.Throttle?.Reason == reason
        );

    /// <summary>Whether the gateway, and nobody else, has suspended it for a cause.</summary>
    public static bool IsSuspendedFor(Client client, RegistryItem item, string cause) =>
        client is { Status: ClientStatus.Suspended, StatusReason: { } why }
        && why.StartsWith(cause, StringComparison.Ordinal)
        && AuthorNote.ClosedBy(item) is [AlertWriter.Gateway];

    /// <summary>Slows it down; false when it is not active, slower already, or somebody changed it at the same moment.</summary>
    /// <param name="id">Client id.</param>
    /// <param name="rate">Requests per second that it has left.</param>
    /// <param name="reason">Why, without PHI.</param>
    public Task<bool> SlowAsync(string id, int rate, string reason) =>
        ChangeAsync(
            id,
            "throttle",
            reason,
            (client, _) =>
            {
                if (client.Status != ClientStatus.Active || client.Throttle?.RequestsPerSecond <= rate)
                {
                    return null;
                }

                return client with
                {
                    Throttle = new ClientThrottle
                    {
                        RequestsPerSecond = rate,
                        By = [.. (client.Throttle?.By ?? []).Append(AlertWriter.Gateway).Distinct(StringComparer.OrdinalIgnoreCase)],
                        At = time.GetUtcNow(),
                        Reason = reason,
                    },
                };
            },
            static (client, _) => AuthorNote.WithAsked(RegistryJson.Serialize(client), [])
        );

    /// <summary>
    /// Ends the tokens that a client has from before, whoever issued them; those that are issued from the next second on pass. False when it
    /// calls by none.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="reason">Why, without PHI.</param>
    public async Task<bool> RenewAsync(ClientEntry client, string reason)
    {
        var now = time.GetUtcNow();

        // A token's moment is in whole seconds: what was issued within this one may be from before.
        var moment = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() + 1);
        var names = client
            .Credentials.Where(static one => one is { Issuer: not null, ClientId: not null })
            .Select(static one => (Issuer: one.Issuer!, ClientId: one.ClientId!))
            .Distinct()
            .ToList();
        foreach (var (issuer, name) in names)
        {
            var row = new Revocation(
                Guid.CreateVersion7(now).ToString(),
                RevocationTarget.Subject,
                name,
                issuer,
                moment,
                $"fresh authorization: {reason}",
                AlertWriter.Gateway,
                now
            );
            var after = JsonSerializer.Serialize(row, RegistryJson.Options);
            await RecordAsync(Revoked, "subject/" + issuer, null, after, row.Reason, now);
            await store.RevokeAsync(row, CancellationToken.None);
        }

        return names.Count > 0;
    }

    private async Task<bool> ChangeAsync(
        string id,
        string verb,
        string reason,
        Func<Client, RegistryItem, Client?> change,
        Func<Client, RegistryItem, string> stored
    )
    {
        if (
            await store.FindAsync(RegistryKind.Client, id, CancellationToken.None) is not { } item
            || change(Read(item), item) is not { } changed
        )
        {
            return false;
        }

        var json = AuthorNote.Carried(stored(changed, item), item);
        var name = "client." + verb;
        var now = time.GetUtcNow();
        await RecordAsync(
            name,
            KindWord.Of(RegistryKind.Client, id),
            DocumentMeta.ForRecord(RegistryKind.Client, item.Json),
            DocumentMeta.ForRecord(RegistryKind.Client, json),
            reason,
            now
        );
        RegistryWrite[] writes = [new RegistryWrite(RegistryKind.Client, id, json, item.Version)];
        return await store.WriteAsync(writes, AlertWriter.Gateway, CancellationToken.None) is RegistryWriteResult.Written;
    }

    private static Client Read(RegistryItem item) => RegistryJson.Deserialize<Client>(StoredBody.WithoutNotes(item.Json).ToJsonString());

    private string Closed(Client client, RegistryItem item) =>
        AuthorNote.WithActed(ClientClosing.Json(client, item, [AlertWriter.Gateway]), time.GetUtcNow());

    // The gateway's intent, on record before it is done.
    private async Task RecordAsync(string name, string target, string? before, string? after, string? reason, DateTimeOffset now) =>
        await journal.AppendAsync(
            new AuditRecord
            {
                Id = Guid.CreateVersion7(now),
                Kind = AuditKind.Admin,
                Event = name,
                Time = now,
                Actor = AlertWriter.Gateway,
                Target = target,
                Revision = await store.GetRevisionAsync(CancellationToken.None),
                Before = before,
                After = after,
                Note = "intent: " + reason,
            },
            AdminLane.Of(name)
        );
}
