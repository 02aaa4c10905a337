using Npgsql;

namespace PhiGateway.EndToEnd.Storage;

/// <summary>Looks into the server to see what a test has to wait for.</summary>
internal static class PostgresActivity
{
    /// <summary>Returns once some session of this database waits for a lock.</summary>
    public static async Task AwaitLockWaitAsync(string connectionString)
    {
        while (await CountAsync(connectionString, "wait_event_type = 'Lock'") == 0)
        {
            await Task.Yield();
        }
    }

    /// <summary>Returns once a session of that name is there and idle.</summary>
    public static async Task AwaitIdleAsync(string connectionString, string application)
    {
        while (await CountAsync(connectionString, $"application_name = '{application}' AND state = 'idle'") == 0)
        {
            await Task.Yield();
        }
    }

    /// <summary>Ends the sessions of that name, as an administrator or a fault would.</summary>
    public static Task<long> TerminateAsync(string connectionString, string application) =>
        ScalarAsync(
            connectionString,
            $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{application}'"
        );

    private static Task<long> CountAsync(string connectionString, string condition) =>
        ScalarAsync(
            connectionString,
            $"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND {condition}"
        );

    private static async Task<long> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
