using Microsoft.EntityFrameworkCore;
using Npgsql;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>
/// Migrates under an advisory lock: of several nodes that start at once, one works and the others find nothing left to do.
/// </summary>
internal sealed class PostgresMigrator(
    string name,
    string connectionString,
    Func<string, DbContext> contexts,
    SchemaHistory history,
    TimeProvider time,
    string? afterwards = null
) : SchemaMigrator(name, contexts, history)
{
    private const long LockKey = 0x7068_6967_775F_6D69; // "phigw_mi"
    private const int Attempts = 10;
    private const string StepBackSql = "SET lock_timeout = 2000";

    public override async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var guard = new NpgsqlConnection(Own());
            await guard.OpenAsync(cancellationToken);
            await using (var take = new NpgsqlCommand("SELECT pg_advisory_lock(@key)", guard))
            {
                take.Parameters.AddWithValue("key", LockKey);
                await take.ExecuteNonQueryAsync(cancellationToken);
            }

            // The lock goes with its connection, however this ends.
            await ApplyAsync(guard, cancellationToken);
        }
        catch (Exception e) when (PostgresFaults.Find(e) is { } fault)
        {
            throw PostgresFaults.Explain(Name, connectionString, fault);
        }
    }

    public override async Task VerifyAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var context = CreateContext(connectionString);
            await context.Database.OpenConnectionAsync(cancellationToken);
            await ThrowIfBehindAsync(context, cancellationToken);
        }
        catch (Exception e) when (PostgresFaults.Find(e) is { } fault)
        {
            throw PostgresFaults.Explain(Name, connectionString, fault);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection guard, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // On a live system a schema change that waits for a lock makes everyone else wait behind it: rather step back and try
                // again. Said over the connection, not when it is opened: poolers refuse that.
                await ExecuteAsync(guard, StepBackSql, cancellationToken);
                if (!await History.IsCurrentAsync(guard, cancellationToken))
                {
                    await using var context = CreateContext(Own());
                    await context.Database.OpenConnectionAsync(cancellationToken);
                    await context.Database.ExecuteSqlRawAsync(StepBackSql, cancellationToken);
                    if ((await PendingAsync(context, cancellationToken)).Count > 0)
                    {
                        await context.Database.MigrateAsync(cancellationToken);
                    }
                }

                if (afterwards is not null)
                {
                    await ExecuteAsync(guard, afterwards, cancellationToken);
                }

                return;
            }
            catch (Exception e) when (attempt < Attempts && PostgresFaults.Find(e)?.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Own() =>
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            CommandTimeout = 0,
            ApplicationName = "phigw-migrate",
        }.ConnectionString;
}
