using Npgsql;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>Drops a month's partitions on Postgres, by a function with its owner's rights that only a keeper may call.</summary>
internal sealed class PostgresAuditKeeping(PostgresDatabase database, TimeProvider time) : SqlAuditKeeping(database, time)
{
    private readonly PostgresDatabase _database = database;

    protected override async Task<long> DropAsync(int month, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        await using var command = connection.Command("SELECT audit_delete_month(@month)").With("month", month);
        try
        {
            return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new InvalidOperationException(
                "The control plane's login for the trail may not delete: it lacks the role phigw_audit_keeper.",
                fault
            );
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            throw new InvalidOperationException("The month is being read. Nothing was deleted; try again.", fault);
        }
    }

    protected override async Task<long> DestroyAsync(int month, string tenant, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        await using var transaction = await _database.BeginWriteAsync(connection, cancellationToken);
        await using var command = connection
            .Command("SELECT audit_destroy_bodies(@month, @tenant)", transaction)
            .With("month", month)
            .With("tenant", tenant);
        try
        {
            var gone = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            await ThrowIfReadableAsync(connection, transaction, month, tenant, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return gone;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new InvalidOperationException(
                "The control plane's login for the trail may not destroy content: it lacks the role phigw_audit_keeper.",
                fault
            );
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.ObjectNotInPrerequisiteState)
        {
            throw NotSealed;
        }
    }
}
