using System.Data.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>The registry's read side for gateway nodes; how a node is woken is left to each database.</summary>
internal abstract class SqlRegistrySource(Database database, TimeProvider time) : IRegistrySource, ITaskUses, IAsyncDisposable
{
    // Bounds what one load brings, so that a revocation never waits behind a bulk import; a page is read and applied in a fraction of a
    // second.
    private const int MembersPerLoad = 2_000;

    private long _loaded = -1;

    protected TimeProvider Time { get; } = time;

    /// <summary>The highest revision that was handed out; -1: none yet.</summary>
    protected long Loaded
    {
        get => Volatile.Read(ref _loaded);
        set => Volatile.Write(ref _loaded, value);
    }

    public Task<RegistryChanges> LoadAllAsync(CancellationToken cancellationToken) => LoadAsync(null, cancellationToken);

    public async Task<RegistryChanges> LoadSinceAsync(long revision, CancellationToken cancellationToken) =>
        await LoadAsync(revision, cancellationToken);

    public abstract Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken);

    public async Task ReportNodeAsync(NodeStatus status, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                """
                INSERT INTO node_status (node, revision, at, problem) VALUES (@node, @revision, @at, @problem)
                ON CONFLICT (node) DO UPDATE SET revision = excluded.revision, at = excluded.at, problem = excluded.problem
                """
            )
            .With("node", status.Node)
            .With("revision", status.Revision)
            .With("at", database.Time(status.At))
            .With("problem", StorableText.Clean(status.Problem));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<string?> TryTakeAsync(IReadOnlyList<TaskUse> uses, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.BeginWriteAsync(connection, cancellationToken);

        // Rows are locked in one order, so that two requests with the same tasks never wait for each other.
        foreach (var use in uses.OrderBy(static use => use.Task, StringComparer.Ordinal))
        {
            await using var command = connection
                .Command(
                    """
                    INSERT INTO task_use (task, used, at) VALUES (@task, 1, @at)
                    ON CONFLICT (task) DO UPDATE SET used = task_use.used + 1, at = excluded.at WHERE task_use.used < @most
                    """,
                    transaction
                )
                .With("task", use.Task)
                .With("at", database.Time(Time.GetUtcNow()))
                .With("most", use.Most);
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                await transaction.RollbackAsync(cancellationToken);
                return use.Task;
            }
        }

        // Not given up half-way: a use that is taken is taken.
        await transaction.CommitAsync(CancellationToken.None);
        return null;
    }

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken);

    private async Task<RegistryChanges> LoadAsync(long? since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        if (since is { } known)
        {
            // The usual answer of a poll costs one row.
            var (now, _, same) = await ReadRevisionAsync(connection, null, cancellationToken);
            if (now == known)
            {
                Loaded = now;
                return new RegistryChanges(now, [], [], []) { Timeline = same };
            }
        }

        await using var transaction = await database.BeginReadAsync(connection, cancellationToken);
        var (revision, changedAt, timeline) = await ReadRevisionAsync(connection, transaction, cancellationToken);

        // Documents and revocations always up to now, memberships only to the end of a page: the revision says up to where everything is
        // there.
        var upTo = since is { } from ? await FindEndOfPageAsync(connection, transaction, from, revision, cancellationToken) : revision;

        // Removed memberships say nothing to a node that starts from nothing; removed documents are few and stay in.
        var (all, living) = since is null
            ? ("", "WHERE NOT removed")
            : ("WHERE revision > @since ORDER BY revision", "WHERE revision > @since ORDER BY revision");
        await using var items = Command(connection, transaction, $"SELECT {RegistryRows.ItemColumns} FROM documents {all}", since);
        var documents = await RegistryRows.ReadItemsAsync(database, items, cancellationToken);
        var page = upTo < revision ? $"WHERE revision > @since AND revision <= {upTo} ORDER BY revision" : living;
        await using var members = Command(connection, transaction, $"SELECT {RegistryRows.MemberColumns} FROM roster_member {page}", since);
        var memberships = await RegistryRows.ReadMembersAsync(database, members, cancellationToken);
        await using var revoked = Command(
            connection,
            transaction,
            $"SELECT {RegistryRows.RevocationColumns} FROM revocation {(since is null ? "ORDER BY revision" : all)}",
            since
        );
        var revocations = await RegistryRows.ReadRevocationsAsync(database, revoked, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Loaded = upTo;
        return new RegistryChanges(upTo, documents, memberships, revocations)
        {
            CommittedAt = revision == 0 ? null : changedAt,
            HasMore = upTo < revision,
            Timeline = timeline,
        };
    }

    // Whole revisions only: what was written together comes together.
    private static async Task<long> FindEndOfPageAsync(
        DbConnection connection,
        DbTransaction transaction,
        long since,
        long revision,
        CancellationToken cancellationToken
    )
    {
        await using var command = Command(
            connection,
            transaction,
            $"SELECT revision FROM roster_member WHERE revision > @since ORDER BY revision LIMIT 1 OFFSET {MembersPerLoad}",
            since
        );
        return await command.ExecuteScalarAsync(cancellationToken) is long end ? end : revision;
    }

    private static DbCommand Command(DbConnection connection, DbTransaction transaction, string sql, long? since)
    {
        var command = connection.Command(sql, transaction);
        return since is { } revision ? command.With("since", revision) : command;
    }

    protected async Task<(long Revision, DateTimeOffset ChangedAt, string? Timeline)> ReadRevisionAsync(
        DbConnection connection,
        DbTransaction? transaction,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection.Command(
            $"SELECT revision, changed_at, {database.TimelineSql} FROM registry_revision WHERE id = 1",
            transaction
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (reader.GetInt64(0), database.ReadTime(reader, 1), reader.TextOrNull(2))
            : throw new StorageException(
                StorageProblem.SchemaBehind,
                "The registry database holds no revision: it was not migrated, or its row was deleted."
            );
    }
}
