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
        await using var transaction = await _database.BeginWriteAsync(connection, cancellationToken);
        long gone = 0;
        foreach (var table in (string[])["audit_patient", "audit_event"])
        {
            await using var command = connection.Command($"DELETE FROM {table} WHERE time >= @from AND time < @to", transaction);
            Within(command, month);
            gone = await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var shapes = connection.Command("DELETE FROM audit_shape WHERE month = @month", transaction).With("month", month))
        {
            await shapes.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return gone;
    }
}
