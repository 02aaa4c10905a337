using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>The table of data keys: adds, checks, and wraps anew; one form of SQL for every database here.</summary>
internal static class SqlBodyKeys
{
    private const int Page = 500;
    private const int MostNamed = 20;

    /// <summary>Adds those that are not there; needs no right but to insert.</summary>
    public static async Task AddAsync(
        Database database,
        DbConnection connection,
        DbTransaction transaction,
        IEnumerable<BodyKey> keys,
        CancellationToken cancellationToken
    )
    {
        foreach (var key in keys)
        {
            await using var command = connection
                .Command(
                    "INSERT INTO audit_key (id, month, tenant, wrapping_key, wrapped, created_at) "
                        + $"VALUES (@id, @month, @tenant, @name, @wrapped, {database.NowSql}) ON CONFLICT DO NOTHING",
                    transaction
                )
                .With("id", key.Id)
                .With("month", key.Scope.Month)
                .With("tenant", key.Scope.Tenant)
                .With("name", BodyKeyRing.NameOf(key.Wrapped))
                .With("wrapped", key.Wrapped);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Opens one data key of each body key, the newest: whoever starts with a key that is missing or another one is told before anybody
    /// asks.
    /// </summary>
    /// <remarks>Security: whoever ships may add rows here. One that nothing opens is told, and stops nobody.</remarks>
    /// <returns>What could not be read with the keys here, in words; empty: everything that was looked at.</returns>
    public static async Task<IReadOnlyList<string>> CheckAsync(Database database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.Command(
            "SELECT k.id, k.wrapped, k.wrapping_key FROM audit_key k JOIN (SELECT wrapping_key, max(created_at) AS last FROM audit_key "
                + "WHERE wrapped IS NOT NULL GROUP BY wrapping_key) n ON n.wrapping_key = k.wrapping_key AND n.last = k.created_at "
                + $"WHERE k.wrapped IS NOT NULL ORDER BY k.id LIMIT {MostNamed}"
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var unopened = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            if (database.Bodies is not { } ring)
            {
                unopened.Add(BodyKeyRing.Missing(reader.GetString(2)).Message);
            }
            else if (TryUnwrap(ring, reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), out var problem) is null)
            {
                unopened.Add(problem);
            }
        }

        return unopened;
    }

    /// <summary>Wraps every data key under the current body key; rows of the trail stay as they are.</summary>
    /// <returns>How many were under another one and are not now; and those that no key here opens, which stay as they are, in words.</returns>
    public static async Task<(int Wrapped, IReadOnlyList<string> Unopened)> WrapAnewAsync(
        Database database,
        CancellationToken cancellationToken
    )
    {
        var ring = database.Bodies is { Current: not null } keys
            ? keys
            : throw new InvalidOperationException("There is no current body key.");
        await using var connection = await database.OpenAsync(cancellationToken);
        await database.OverwriteFreedAsync(connection, cancellationToken);
        await using var transaction = await database.BeginWriteAsync(connection, cancellationToken);
        var old = new List<(long Id, byte[] Wrapped)>();
        await using (
            var find = connection
                .Command("SELECT id, wrapped FROM audit_key WHERE wrapping_key <> @name AND wrapped IS NOT NULL", transaction)
                .With("name", ring.Current)
        )
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                old.Add((reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
            }
        }

        var unopened = new List<string>();
        foreach (var (id, wrapped) in old)
        {
            if (TryUnwrap(ring, id, wrapped, out var problem) is not { } dataKey)
            {
                unopened.Add(problem);
                continue;
            }

            // What was destroyed meanwhile stays destroyed.
            await using var command = connection
                .Command("UPDATE audit_key SET wrapping_key = @name, wrapped = @new WHERE id = @id AND wrapped = @old", transaction)
                .With("name", ring.Current)
                .With("new", ring.Wrap(id, dataKey))
                .With("id", id)
                .With("old", wrapped);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return (old.Count - unopened.Count, unopened);
    }

    /// <summary>Seals bodies that were stored as they are, in pages of a transaction each; can be broken off and begun again.</summary>
    /// <returns>How many there were.</returns>
    public static async Task<long> SealStoredAsync(
        Database database,
        Func<CancellationToken, ValueTask<IDisposable?>> enter,
        CancellationToken cancellationToken
    )
    {
        var sealer = new BodySealer(database.Bodies);
        long count = 0;
        var (log, sequence) = (string.Empty, -1L);
        while (true)
        {
            using var turn = await enter(cancellationToken);
            await using var connection = await database.OpenAsync(cancellationToken);

            // What was there in clear is not to be found in the file's empty pages.
            await database.OverwriteFreedAsync(connection, cancellationToken);
            await using var transaction = await database.BeginWriteAsync(connection, cancellationToken);
            await using var find = connection
                .Command(
                    $"SELECT {AuditRows.Columns(database)} FROM audit_event e WHERE (e.log, e.sequence) > (@log, @sequence) AND e.body_key IS NULL "
                        + "ORDER BY e.log, e.sequence LIMIT @limit",
                    transaction
                )
                .With("log", log)
                .With("sequence", sequence)
                .With("limit", Page);
            var plain = await AuditRows.ReadAsync(database, find, cancellationToken, new ReadBudget());
            if (plain.Count == 0)
            {
                await transaction.RollbackAsync(cancellationToken);
                await database.RewriteAsync(connection, cancellationToken);
                await database.EmptyWriteLogAsync(connection, cancellationToken);
                return count;
            }

            var bodies = sealer.Seal(plain);
            await AddAsync(database, connection, transaction, bodies.Keys, cancellationToken);
            for (var i = 0; i < plain.Count; i++)
            {
                // A row that no version writes stays as it is, and verifiers name it: it must not keep those behind it from being sealed.
                // Of a body that is longer than any, only a part was read.
                await using var command = connection
                    .Command(
                        "UPDATE audit_event SET body = @body, body_key = @key WHERE log = @log AND sequence = @sequence "
                            + $"AND time = @time AND body_key IS NULL AND length(body) <= {AuditRows.MostBody} "
                            + $"AND {database.MayBeWrittenSql}",
                        transaction
                    )
                    .With("body", bodies.BodyOf(i).ToArray())
                    .With("key", bodies.KeyOf(i))
                    .With("log", plain[i].Log)
                    .With("sequence", plain[i].Sequence)
                    .With("time", database.Time(plain[i].Time));
                count += await command.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            (log, sequence) = (plain[^1].Log, plain[^1].Sequence);
        }
    }

    // Null: no key here opens it, in words.
    private static byte[]? TryUnwrap(BodyKeyRing ring, long id, byte[] wrapped, out string problem)
    {
        try
        {
            problem = string.Empty;
            return ring.Unwrap(id, wrapped);
        }
        catch (BodyKeyException unopened)
        {
            problem = $"Data key {id}: {unopened.Message}";
            return null;
        }
    }
}
