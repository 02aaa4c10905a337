using System.Data.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>Reads and writes the registry in SQL that every database here understands; bulk statements are left to each.</summary>
/// <param name="database">The registry's.</param>
/// <param name="dropEnded">The statement that deletes revocations that ended long enough ago.</param>
internal abstract class SqlRegistryStore(Database database, string dropEnded) : IRegistryStore
{
    internal const int MembersPerTransaction = 2_000;
    private static readonly TimeSpan IdempotencyKept = TimeSpan.FromHours(24);
    private readonly RevocationTable _revocations = new(database, dropEnded);

    public async Task<long> GetRevisionAsync(CancellationToken cancellationToken) => (await GetPlaceAsync(cancellationToken)).Revision;

    public async Task<RegistryPlace> GetPlaceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command($"SELECT revision, {database.TimelineSql} FROM registry_revision WHERE id = 1");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new(reader.GetInt64(0), reader.TextOrNull(1)) : default;
    }

    public async Task<RegistryItem?> FindAsync(RegistryKind kind, string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command($"SELECT {RegistryRows.ItemColumns} FROM documents WHERE kind = @kind AND id = @id AND NOT deleted")
            .With("kind", (short)kind)
            .With("id", id);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var items = await RegistryRows.ReadItemsAsync(database, rows, cancellationToken);
        return items.Count == 0 ? null : items[0];
    }

    public async Task<bool> IsDeletedAsync(RegistryKind kind, string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command("SELECT 1 FROM documents WHERE kind = @kind AND id = @id AND deleted")
            .With("kind", (short)kind)
            .With("id", StorableText.Clean(id));
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    public async Task<IReadOnlyList<RegistryItem>> ListAsync(
        RegistryKind kind,
        string? afterId,
        int limit,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                $"SELECT {RegistryRows.ItemColumns} FROM documents WHERE kind = @kind AND id > @after AND NOT deleted ORDER BY id LIMIT @limit"
            )
            .With("kind", (short)kind)
            .With("after", afterId ?? string.Empty)
            .With("limit", limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await RegistryRows.ReadItemsAsync(database, rows, cancellationToken);
    }

    public async Task<RegistryWriteResult> WriteAsync(RegistryBatch batch, string actor, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        if (batch.Writes.Count == 0 && batch.Revocations.Count == 0)
        {
            return new RegistryWriteResult.Written(await GetRevisionAsync(cancellationToken), []);
        }

        // From here on this transaction alone holds the revision's row: nobody writes between the look and the commit.
        await using var write = await BeginAsync(cancellationToken);
        if (
            batch.SeenRevision is { } seen
            && await write.FindMovedAsync(seen, batch.SeenTimeline, batch.Writes, cancellationToken) is { } newest
        )
        {
            return new RegistryWriteResult.Moved(newest);
        }

        if (
            batch is { SeenRevocation: { } judged, Revocations: [var lift, ..] }
            && await _revocations.HasMovedAsync(write, lift, judged, cancellationToken)
        )
        {
            return new RegistryWriteResult.Moved(write.Revision - 1);
        }

        var (items, conflict) = await PutDocumentsAsync(write, batch.Writes, actor, cancellationToken);
        if (conflict is not null)
        {
            return conflict;
        }

        var last = write.Revision;
        for (var place = 0; place < batch.Revocations.Count; place++)
        {
            // A revocation has a revision of its own; the first may share that of the documents.
            last = place == 0 ? last : await write.NextRevisionAsync(cancellationToken);
            if (await _revocations.FindAsync(write, batch.Revocations[place], cancellationToken) is null)
            {
                await _revocations.AddAsync(write, batch.Revocations[place], last, cancellationToken);
            }
        }

        await CommitAsync(write, cancellationToken);
        return new RegistryWriteResult.Written(last, items);
    }

    public async Task<long> PutMembersAsync(IReadOnlyList<RosterMember> members, string actor, CancellationToken cancellationToken) =>
        await PutMembersAsync(members, null, actor, cancellationToken) is MemberWriteResult.Written written
            ? written.Revision
            : throw new InvalidOperationException("A write without a bound met one.");

    public async Task<MemberWriteResult> PutMembersAsync(
        IReadOnlyList<RosterMember> members,
        MemberBound? bound,
        string actor,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        var latest = MemberBounds.Latest(members);

        // In slices: writers take turns, and a revocation must not wait for a million rows.
        var revision = latest.Count == 0 ? await GetRevisionAsync(cancellationToken) : 0;
        foreach (var slice in latest.Chunk(MembersPerTransaction))
        {
            MemberWriteResult? refused = null;
            revision = await ChangeMembersAsync(
                async write =>
                {
                    var changed = await UpsertMembersAsync(write, slice, cancellationToken);
                    refused = changed == 0 || bound is null ? null : await MemberBounds.CheckAsync(write, bound, cancellationToken);
                    return refused is null ? changed : 0;
                },
                cancellationToken
            );
            if (refused is not null)
            {
                return refused;
            }
        }

        return new MemberWriteResult.Written(revision);
    }

    public async Task<long> RemoveMembersAsync(
        string roster,
        IReadOnlyList<PatientId> patients,
        string actor,
        CancellationToken cancellationToken
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(actor);
        var revision = patients.Count == 0 ? await GetRevisionAsync(cancellationToken) : 0;
        foreach (var slice in patients.Select(p => p.Value ?? string.Empty).Distinct(StringComparer.Ordinal).Chunk(MembersPerTransaction))
        {
            revision = await ChangeMembersAsync(write => TombstoneMembersAsync(write, roster, slice, cancellationToken), cancellationToken);
        }

        return revision;
    }

    public async Task<IReadOnlyList<RosterMember>> ListMembersAsync(
        string roster,
        string? afterPatient,
        int limit,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                $"SELECT {RegistryRows.MemberColumns} FROM roster_member WHERE roster = "
                    + "@roster AND patient > @after AND NOT removed ORDER BY patient LIMIT @limit"
            )
            .With("roster", roster)
            .With("after", afterPatient ?? string.Empty)
            .With("limit", limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return [.. (await RegistryRows.ReadMembersAsync(database, rows, cancellationToken)).Select(static change => change.Member)];
    }

    public async Task<long> CountMembersAsync(string roster, long after, bool withRemoved, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command("SELECT COUNT(*) FROM roster_member WHERE roster = @roster AND revision > @after AND (@all OR NOT removed)")
            .With("roster", roster)
            .With("after", after)
            .With("all", withRemoved);
        return (long)(await command.ExecuteScalarAsync(cancellationToken) ?? 0L);
    }

    public async Task<long> RevokeAsync(Revocation revocation, CancellationToken cancellationToken)
    {
        long revision;
        await using (var write = await BeginAsync(cancellationToken))
        {
            if (await _revocations.FindAsync(write, revocation, cancellationToken) is { } earlier)
            {
                return earlier;
            }

            revision = write.Revision;
            await _revocations.AddAsync(write, revocation, revision, cancellationToken);
            await CommitAsync(write, cancellationToken);
        }

        await _revocations.DropEndedAsync(revocation, EnterAsync, cancellationToken);
        return revision;
    }

    public async Task<IReadOnlyList<Revocation>> ListRevocationsAsync(int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command($"SELECT {RegistryRows.RevocationColumns} FROM revocation ORDER BY revision DESC LIMIT @limit")
            .With("limit", limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await RegistryRows.ReadRevocationsAsync(database, rows, cancellationToken);
    }

    public async Task<IReadOnlyList<NodeStatus>> ListNodesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command($"SELECT {RegistryRows.NodeColumns} FROM node_status ORDER BY node");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await RegistryRows.ReadNodesAsync(database, reader, cancellationToken);
    }

    /// <summary>Null when the entry is remembered from now on: the key was free, expired, or held by this very call while it ran.</summary>
    public async Task<IdempotencyEntry?> PutIdempotentAsync(IdempotencyEntry entry, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var purge = connection.Command($"DELETE FROM idempotency WHERE at < {database.BeforeNow(IdempotencyKept)}");
        await purge.ExecuteNonQueryAsync(cancellationToken);

        await using var put = connection
            .Command(
                """
                INSERT INTO idempotency (key, body_hash, status, body, at) VALUES (@key, @hash, @status, @body, @at)
                ON CONFLICT (key) DO UPDATE SET status = excluded.status, body = excluded.body, at = excluded.at
                WHERE idempotency.status = 0 AND excluded.status <> 0 AND idempotency.body_hash = excluded.body_hash
                """
            )
            .With("key", entry.Key)
            .With("hash", entry.BodyHash)
            .With("status", entry.Status)
            .With("body", entry.Body)
            .With("at", database.Time(entry.At));
        if (await put.ExecuteNonQueryAsync(cancellationToken) > 0)
        {
            return null;
        }

        await using var find = connection
            .Command("SELECT key, body_hash, status, body, at FROM idempotency WHERE key = @key")
            .With("key", entry.Key);
        await using var reader = await find.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new IdempotencyEntry(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetInt32(2),
                reader.GetString(3),
                database.ReadTime(reader, 4)
            )
            : entry with
            {
                Status = 0,
            };
    }

    /// <summary>Waits for this writer's turn where the database has only one.</summary>
    protected abstract ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken);

    /// <summary>Called after each commit, where the database itself tells nobody.</summary>
    protected virtual void Announce() { }

    protected abstract Task<Dictionary<(RegistryKind, string), DocumentState>> LoadStatesAsync(
        RegistryTransaction write,
        IReadOnlyList<RegistryWrite> writes,
        CancellationToken cancellationToken
    );

    protected abstract Task StoreAsync(RegistryTransaction write, IReadOnlyList<RegistryItem> items, CancellationToken cancellationToken);

    /// <returns>How many memberships really changed.</returns>
    protected abstract Task<long> UpsertMembersAsync(
        RegistryTransaction write,
        RosterMember[] members,
        CancellationToken cancellationToken
    );

    /// <returns>How many memberships really went.</returns>
    protected abstract Task<long> TombstoneMembersAsync(
        RegistryTransaction write,
        string roster,
        string[] patients,
        CancellationToken cancellationToken
    );

    private async Task<(List<RegistryItem> Items, RegistryWriteResult.Conflict? Conflict)> PutDocumentsAsync(
        RegistryTransaction write,
        IReadOnlyList<RegistryWrite> writes,
        string actor,
        CancellationToken cancellationToken
    )
    {
        var items = new List<RegistryItem>(writes.Count);
        if (writes.Count == 0)
        {
            return (items, null);
        }

        var states = await LoadStatesAsync(write, writes, cancellationToken);
        foreach (var one in writes)
        {
            if (!Enum.IsDefined(one.Kind) || string.IsNullOrEmpty(one.Id))
            {
                throw new ArgumentException("A registry write names an unknown kind or no id.", nameof(writes));
            }

            var known = states.TryGetValue((one.Kind, one.Id), out var state);
            var visible = known ? state.Visible : 0;
            if ((one.ExpectedVersion is { } expected && expected != visible) || (one.Json is null && visible == 0))
            {
                return (items, new RegistryWriteResult.Conflict(one.Kind, one.Id, visible));
            }

            // A document that comes back goes on counting: a version is an ETag and never names two contents.
            var next = new DocumentState((known ? state.Version : 0) + 1, one.Json is null, one.Json ?? state.Json);
            states[(one.Kind, one.Id)] = next;
            items.Add(new RegistryItem(one.Kind, one.Id, next.Version, write.Revision, next.Json, write.At, actor, next.Deleted));
        }

        var latest = items.Where(i => states[(i.Kind, i.Id)].Version == i.Version).ToList();
        await StoreAsync(write, latest, cancellationToken);
        return (items, null);
    }

    private async Task<long> ChangeMembersAsync(Func<RegistryTransaction, Task<long>> change, CancellationToken cancellationToken)
    {
        await using var write = await BeginAsync(cancellationToken);
        if (await change(write) == 0)
        {
            // Nothing new: the revision taken is given back by the rollback, and no node is woken.
            return write.Revision - 1;
        }

        // A second look at the clock: nodes measure propagation from the commit, not from the start of a long write.
        await using (var stamp = write.Command($"UPDATE registry_revision SET changed_at = {database.NowSql} WHERE id = 1"))
        {
            await stamp.ExecuteNonQueryAsync(cancellationToken);
        }

        await CommitAsync(write, cancellationToken);
        return write.Revision;
    }

    private async Task CommitAsync(RegistryTransaction write, CancellationToken cancellationToken)
    {
        await write.CommitAsync(cancellationToken);
        Announce();
    }

    private async Task<RegistryTransaction> BeginAsync(CancellationToken cancellationToken) =>
        await RegistryTransaction.BeginAsync(database, await EnterAsync(cancellationToken), cancellationToken);
}
