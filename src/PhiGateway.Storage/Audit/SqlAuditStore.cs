using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>The audit store in SQL that every database here understands; locking, bulk and partitions are left to each.</summary>
/// <remarks>
/// A log's row is locked first and says up to where anything is stored: above it nothing can be a duplicate, so that the usual batch is
/// compared with nothing.
/// </remarks>
internal abstract class SqlAuditStore(Database database) : IAuditStore
{
    private readonly BodySealer _sealer = new(database.Bodies);

    private const int DeliveryPage = 32;
    private const int MostDeliveryPages = 64;

    // Word for word the filter of the index, which is only used when it is.
    private const string ManyDeliveries = "e.kind = 5 AND e.parent_id IS NULL";

    public async Task<long> GetWatermarkAsync(string log, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command("SELECT watermark FROM audit_log WHERE log = @log").With("log", log);
        return await command.ExecuteScalarAsync(cancellationToken) is long watermark ? watermark : -1;
    }

    public Task<byte[]?> GetHashAsync(string log, long sequence, CancellationToken cancellationToken) =>
        GetHashAsync(log, sequence, ReadOnlyMemory<byte>.Empty, cancellationToken);

    public async Task<byte[]?> GetHashAsync(string log, long sequence, ReadOnlyMemory<byte> sought, CancellationToken cancellationToken)
    {
        // Only the columns that a writer may read.
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                "SELECT substr(chain_hash, 1, 64) FROM audit_event WHERE log = @log AND sequence = @sequence "
                    + "ORDER BY CASE WHEN chain_hash = @sought THEN 0 ELSE 1 END LIMIT 1"
            )
            .With("log", log)
            .With("sequence", sequence)
            .With("sought", sought.ToArray());
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    public Task<IReadOnlyList<string>> ListLogsAsync(string node, CancellationToken cancellationToken) =>
        LogsBeginningAsync(node + "/", cancellationToken);

    public Task<IReadOnlyList<string>> ListLogsAsync(CancellationToken cancellationToken) =>
        LogsBeginningAsync(string.Empty, cancellationToken);

    public async Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        var logs = AuditBatch.Arrange(entries);
        if (logs.Count == 0)
        {
            return;
        }

        using var turn = await EnterAsync(cancellationToken);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.BeginWriteAsync(connection, cancellationToken);
        var fresh = new List<AuditEntry>(entries.Count);
        foreach (var (log, ordered) in logs)
        {
            var highest = await OpenLogAsync(connection, transaction, log, cancellationToken);
            var doubtful = ordered.TakeWhile(e => e.Sequence <= highest).ToArray();
            var stored = doubtful.Length == 0 ? [] : await LoadHashesAsync(connection, transaction, log, doubtful, cancellationToken);
            fresh.AddRange(AuditBatch.Without(ordered, stored));
        }

        if (fresh.Count == 0)
        {
            return;
        }

        var shapes = AuditShapeBatch.Of(fresh);
        await AddShapesAsync(connection, transaction, shapes.Shapes, cancellationToken);
        var bodies = _sealer.Seal(fresh);
        await SqlBodyKeys.AddAsync(database, connection, transaction, bodies.Keys, cancellationToken);
        await InsertAsync(connection, transaction, fresh, shapes.Ids, bodies, cancellationToken);
        foreach (var (log, ordered) in logs)
        {
            await AdvanceAsync(connection, transaction, log, AuditBatch.Run(ordered), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<AuditPage> QueryAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        AuditSearch.Check(query);
        var limit = query.Limit;
        while (true)
        {
            // One record, and the one that says whether there is a next, are always held.
            var budget = limit > 1 ? new ReadBudget() : null;
            try
            {
                return await QueryAsync(query, limit, budget, cancellationToken);
            }
            catch (PageSpentException)
            {
                // What was read may have been read twice, by two ways to find it: half of it fits.
                limit = Math.Clamp(budget!.Rows / 2, 1, limit - 1);
            }
        }
    }

    private async Task<AuditPage> QueryAsync(AuditQuery query, int limit, ReadBudget? budget, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.BeginSearchAsync(connection, cancellationToken);
        var entries = await Search(connection, transaction, query with { Limit = limit }, budget).RunAsync(cancellationToken);
        if (entries.Count <= limit)
        {
            return new AuditPage(entries, null);
        }

        entries.RemoveAt(limit);
        var last = entries[^1];
        return new AuditPage(entries, new AuditCursor(last.Time, last.Log, last.Sequence).Write(query));
    }

    public async Task<IReadOnlyList<AuditCount>> CountAsync(AuditCounts counts, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.BeginSearchAsync(connection, cancellationToken);
        await using var command = AuditCounting.Build(database, connection, transaction, counts);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await AuditCounting.ReadAsync(database, reader, counts, cancellationToken);
    }

    public async Task<AuditEntry?> FindDeliveryAsync(string log, long sequence, CancellationToken cancellationToken)
    {
        // It was written seconds after what it names, so that it is among the first behind it; the limit ends a search for what was dropped.
        var after = sequence;
        await using var connection = await database.OpenAsync(cancellationToken);
        for (var page = 0; page < MostDeliveryPages; page++)
        {
            await using var command = connection
                .Command(
                    $"""
                    SELECT {AuditRows.Columns(database)} FROM audit_event e
                    WHERE {ManyDeliveries} AND e.log = @log AND e.sequence > @after
                    ORDER BY e.sequence LIMIT {DeliveryPage}
                    """
                )
                .With("log", log)
                .With("after", after);
            var found = await AuditRows.ReadAsync(database, command, cancellationToken, new ReadBudget());
            if (found.Find(entry => entry.Delivers(sequence)) is { } one)
            {
                return one;
            }

            if (found.Count < DeliveryPage && !AuditPageBytes.IsCut(found))
            {
                return null;
            }

            after = found[^1].Sequence;
        }

        return null;
    }

    public Task<IReadOnlyList<AuditEntry>> ReadAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken) =>
        ReadAsync("FROM audit_event e", log, fromSequence, limit, cancellationToken);

    public Task<IReadOnlyList<AuditEntry>> ReadFiledAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken) =>
        ReadAsync(
            $", {AuditRows.IsFiled}, {AuditRows.Words}, {AuditRows.IsFoundByPatients(database)} FROM audit_event e "
                + $"LEFT JOIN audit_shape s ON s.month = {database.MonthOf("e.time")} AND s.id = e.shape",
            log,
            fromSequence,
            limit,
            cancellationToken
        );

    /// <summary>Makes room for the months to come, where the database keeps them apart.</summary>
    /// <returns>How many partitions were made.</returns>
    public abstract Task<int> EnsurePartitionsAsync(CancellationToken cancellationToken);

    /// <summary>Waits for this writer's turn where the database has only one.</summary>
    internal abstract ValueTask<IDisposable?> EnterAsync(CancellationToken cancellationToken);

    /// <summary>Locks the log until the transaction ends.</summary>
    /// <returns>The highest sequence stored; -1: none.</returns>
    protected abstract Task<long> OpenLogAsync(
        DbConnection connection,
        DbTransaction transaction,
        string log,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// What stands in the places of some entries of a log, in order: of several rows in one place (whoever ships may add some) the entry's own
    /// hash, where one has it.
    /// </summary>
    protected abstract Task<Dictionary<long, byte[]>> LoadHashesAsync(
        DbConnection connection,
        DbTransaction transaction,
        string log,
        AuditEntry[] entries,
        CancellationToken cancellationToken
    );

    /// <summary>Looks for one page in this database's own way.</summary>
    protected abstract AuditSearch Search(DbConnection connection, DbTransaction transaction, AuditQuery query, ReadBudget? budget);

    /// <summary>Adds those that are not there yet.</summary>
    protected abstract Task AddShapesAsync(
        DbConnection connection,
        DbTransaction transaction,
        IReadOnlyList<(long Id, AuditShape Shape)> shapes,
        CancellationToken cancellationToken
    );

    protected abstract Task InsertAsync(
        DbConnection connection,
        DbTransaction transaction,
        List<AuditEntry> entries,
        IReadOnlyList<long> shapes,
        SealedBodies bodies,
        CancellationToken cancellationToken
    );

    /// <summary>Moves the watermark over what is now contiguous.</summary>
    /// <param name="connection">Of the transaction.</param>
    /// <param name="transaction">In which everything was added.</param>
    /// <param name="log">Which log.</param>
    /// <param name="added">A run without gaps that stands there now, whatever else does.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    protected abstract Task AdvanceAsync(
        DbConnection connection,
        DbTransaction transaction,
        string log,
        (long First, long Last) added,
        CancellationToken cancellationToken
    );

    private async Task<IReadOnlyList<AuditEntry>> ReadAsync(
        string rest,
        string log,
        long fromSequence,
        int limit,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command(
                $"SELECT {AuditRows.Columns(database)} {rest} WHERE e.log = @log AND e.sequence >= @from ORDER BY e.sequence LIMIT @limit"
            )
            .With("log", log)
            .With("from", fromSequence)
            .With("limit", limit);
        return await AuditRows.ReadAsync(database, command, cancellationToken, new ReadBudget());
    }

    private async Task<IReadOnlyList<string>> LogsBeginningAsync(string start, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection
            .Command("SELECT log FROM audit_log WHERE substr(log, 1, @length) = @start ORDER BY log")
            .With("length", start.Length)
            .With("start", start);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var logs = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            logs.Add(reader.GetString(0));
        }

        return logs;
    }
}
