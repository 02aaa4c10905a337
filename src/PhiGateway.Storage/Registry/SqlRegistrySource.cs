using System.Data.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>
/// Loads the registry for gateway nodes and counts task uses, in SQL that every database here understands; how a node is woken is left to
/// each.
/// </summary>
/// <param name="database">The registry's.</param>
/// <param name="time">The clock.</param>
/// <param name="dropEndedQuotas">The statement that deletes what nodes said of quotas whose time has ended.</param>
internal abstract class SqlRegistrySource(Database database, TimeProvider time, string dropEndedQuotas)
    : IRegistrySource,
        ITaskUses,
        IAsyncDisposable
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

    /// <inheritdoc />
    /// <remarks>
    /// One round trip: the revision, and whatever was written since, in one text of statements that all see one moment. A poll that finds
    /// nothing costs a few looks into indexes more than the revision alone; a change that is far away costs one way there and back.
    /// </remarks>
    public async Task<RegistryChanges> LoadSinceAsync(long revision, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var atOnce = database.AtOneMoment(ChangesSql);
        await using var transaction = atOnce is null ? await database.BeginReadAsync(connection, cancellationToken) : null;
        await using var command = connection.Command(atOnce ?? ChangesSql, transaction).With("since", revision);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (now, changedAt, timeline, end) = await ReadHeadAsync(reader, cancellationToken);
        var upTo = end ?? now;
        await reader.NextResultAsync(cancellationToken);
        var documents = await RegistryRows.ReadItemsAsync(database, reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var memberships = await RegistryRows.ReadMembersAsync(database, reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var revocations = await RegistryRows.ReadRevocationsAsync(database, reader, cancellationToken);
        Loaded = upTo;
        return new RegistryChanges(upTo, documents, memberships, revocations)
        {
            CommittedAt = now == 0 || now == revision ? null : changedAt,
            HasMore = upTo < now,
            Timeline = timeline,
        };
    }

    public async Task<IReadOnlyList<Revocation>> LoadRevocationsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command($"SELECT {RegistryRows.RevocationColumns} FROM revocation ORDER BY revision");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await RegistryRows.ReadRevocationsAsync(database, reader, cancellationToken);
    }

    public abstract Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken);

    public async Task ReportNodeAsync(NodeStatus status, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        var said = status with { Problem = StorableText.Clean(status.Problem) };
        await using var command = connection
            .Command(
                """
                INSERT INTO node_status (node, revision, at, problem, confirmed, unshipped, seal)
                    VALUES (@node, @revision, @at, @problem, @confirmed, @unshipped, @seal)
                ON CONFLICT (node) DO UPDATE SET revision = excluded.revision, at = excluded.at, problem = excluded.problem,
                    confirmed = excluded.confirmed, unshipped = excluded.unshipped, seal = excluded.seal
                """
            )
            .With("node", said.Node)
            .With("revision", said.Revision)
            .With("at", database.Time(said.At))
            .With("problem", said.Problem)
            .With("confirmed", database.Time(said.Confirmed))
            .With("unshipped", said.Unshipped)
            .With("seal", database.Seal?.Of(said));
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
                    INSERT INTO task_use (task, used, at) VALUES (@task, @count, @at)
                    ON CONFLICT (task) DO UPDATE SET used = task_use.used + @count, at = excluded.at
                        WHERE task_use.used + @count <= @most
                    """,
                    transaction
                )
                .With("task", use.Task)
                .With("count", use.Count)
                .With("at", database.Time(Time.GetUtcNow()))
                .With("most", use.Most);
            if (use.Count > use.Most || await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                await transaction.RollbackAsync(cancellationToken);
                return use.Task;
            }
        }

        // Not given up half-way: a use that is taken is taken.
        await transaction.CommitAsync(CancellationToken.None);
        return null;
    }

    /// <summary>What clients with quotas took.</summary>
    public IQuotaUses QuotaUses => field ??= new SqlQuotaUses(database, Time, dropEndedQuotas, EnterAsync);

    /// <summary>What may be used once.</summary>
    public ISingleUses SingleUses => field ??= new SqlSingleUses(database, Time, EnterAsync);

    /// <summary>What addresses of next pages have no room for.</summary>
    public IKeptPages KeptPages => field ??= new SqlKeptPages(database, EnterAsync);

    /// <summary>Who asked to be registered.</summary>
    public IRegistrationRequests RegistrationRequests => field ??= new SqlRegistrationRequests(database, EnterAsync);

    /// <inheritdoc />
    public void Renew() => database.Renew();

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken);

    public async Task<RegistryChanges> LoadAllAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.BeginReadAsync(connection, cancellationToken);
        var (revision, changedAt, timeline) = await ReadRevisionAsync(connection, transaction, cancellationToken);

        // Removed memberships say nothing to a node that starts from nothing; removed documents are few and stay in.
        var documents = await ReadAsync($"SELECT {RegistryRows.ItemColumns} FROM documents", RegistryRows.ReadItemsAsync);
        var memberships = await ReadAsync(
            $"SELECT {RegistryRows.MemberColumns} FROM roster_member WHERE NOT removed",
            RegistryRows.ReadMembersAsync
        );
        var revocations = await ReadAsync(
            $"SELECT {RegistryRows.RevocationColumns} FROM revocation ORDER BY revision",
            RegistryRows.ReadRevocationsAsync
        );
        await transaction.CommitAsync(cancellationToken);
        Loaded = revision;
        return new RegistryChanges(revision, documents, memberships, revocations)
        {
            CommittedAt = revision == 0 ? null : changedAt,
            Timeline = timeline,
        };

        async Task<T> ReadAsync<T>(string sql, Func<Database, DbDataReader, CancellationToken, Task<T>> read)
        {
            await using var command = connection.Command(sql, transaction);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await read(database, reader, cancellationToken);
        }
    }

    // Documents and revocations always up to now, memberships only to the end of a page, in whole revisions: what was written together comes
    // together. The revision that is handed out says up to where everything is there.
    private string ChangesSql { get; } =
        $"""
            SELECT revision, changed_at, {database.TimelineSql},
                (SELECT m.revision FROM roster_member m WHERE m.revision > @since ORDER BY m.revision LIMIT 1 OFFSET {MembersPerLoad})
            FROM registry_revision WHERE id = 1;
            SELECT {RegistryRows.ItemColumns} FROM documents WHERE revision > @since ORDER BY revision;
            SELECT {RegistryRows.MemberColumns} FROM roster_member WHERE revision > @since AND revision <= COALESCE(
                (SELECT m.revision FROM roster_member m WHERE m.revision > @since ORDER BY m.revision LIMIT 1 OFFSET {MembersPerLoad}),
                {long.MaxValue}) ORDER BY revision;
            SELECT {RegistryRows.RevocationColumns} FROM revocation WHERE revision > @since ORDER BY revision
            """;

    private async Task<(long Revision, DateTimeOffset ChangedAt, string? Timeline, long? EndOfPage)> ReadHeadAsync(
        DbDataReader reader,
        CancellationToken cancellationToken
    )
    {
        // What begins the moment gives no rows; the head is the first that has columns.
        while (reader.FieldCount == 0 && await reader.NextResultAsync(cancellationToken)) { }

        if (!await reader.ReadAsync(cancellationToken))
        {
            throw NoRevision();
        }

        return (reader.GetInt64(0), database.ReadTime(reader, 1), reader.TextOrNull(2), reader.IsDBNull(3) ? null : reader.GetInt64(3));
    }

    private static StorageException NoRevision() =>
        new(StorageProblem.SchemaBehind, "The registry database holds no revision: it was not migrated, or its row was deleted.");

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
            : throw NoRevision();
    }
}
