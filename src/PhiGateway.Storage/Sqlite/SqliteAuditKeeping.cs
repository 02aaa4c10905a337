using System.Data.Common;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Sqlite;

/// <summary>Deletes a month's rows in SQLite, in one transaction in its turn among the writers.</summary>
internal sealed class SqliteAuditKeeping(SqliteDatabase database, TimeProvider time) : SqlAuditKeeping(database, time)
{
    private readonly SqliteDatabase _database = database;

    protected override async Task<long> DropAsync(int month, CancellationToken cancellationToken)
    {
        using var turn = await _database.EnterWriteAsync(cancellationToken);
        await using var connection = await _database.OpenAsync(cancellationToken);
        await _database.OverwriteFreedAsync(connection, cancellationToken);
        var gone = await DropAsync(connection, month, cancellationToken);
        await _database.EmptyWriteLogAsync(connection, cancellationToken);
        return gone;
    }

    private async Task<long> DropAsync(DbConnection connection, int month, CancellationToken cancellationToken)
    {
        await using var transaction = await _database.BeginWriteAsync(connection, cancellationToken);
        long gone = 0;
        foreach (var table in (string[])["audit_patient", "audit_event"])
        {
            await using var command = connection.Command($"DELETE FROM {table} WHERE time >= @from AND time < @to", transaction);
            Within(command, month);
            gone = await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var keys = connection.Command("DELETE FROM audit_key WHERE month = @month", transaction).With("month", month))
        {
            await keys.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var shapes = connection.Command("DELETE FROM audit_shape WHERE month = @month", transaction).With("month", month))
        {
            await shapes.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return gone;
    }

    protected override async Task<long> DestroyAsync(int month, string tenant, CancellationToken cancellationToken)
    {
        using var turn = await _database.EnterWriteAsync(cancellationToken);
        await using var connection = await _database.OpenAsync(cancellationToken);

        // What is freed is overwritten, and does not lie in the file's empty pages.
        await _database.OverwriteFreedAsync(connection, cancellationToken);
        long gone;
        await using (var transaction = await _database.BeginWriteAsync(connection, cancellationToken))
        {
            await using var plain = connection.Command(
                $"SELECT 1 FROM audit_event e WHERE {OfTenant} AND e.body_key IS NULL LIMIT 1",
                transaction
            );
            OfTenantWith(plain, month, tenant);
            if (await plain.ExecuteScalarAsync(cancellationToken) is not null)
            {
                throw NotSealed;
            }

            await using var destroy = connection
                .Command(
                    $"UPDATE audit_key SET wrapped = NULL, destroyed_at = {_database.NowSql} "
                        + "WHERE month = @month AND tenant = @tenant AND wrapped IS NOT NULL",
                    transaction
                )
                .With("month", month)
                .With("tenant", tenant);
            gone = await destroy.ExecuteNonQueryAsync(cancellationToken);
            await ThrowIfReadableAsync(connection, transaction, month, tenant, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        // Nor in the log of writes behind it, as far as nobody reads there now.
        await _database.EmptyWriteLogAsync(connection, cancellationToken);
        return gone;
    }
}
