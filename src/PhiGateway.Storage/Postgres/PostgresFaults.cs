using System.Data.Common;
using Npgsql;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>Says in an operator's words what a Postgres error means at start; never quotes the connection string.</summary>
internal static class PostgresFaults
{
    /// <summary>The database's own error; EF wraps those that might pass in an <see cref="InvalidOperationException"/>.</summary>
    public static DbException? Find(Exception fault) =>
        fault as DbException ?? (fault as InvalidOperationException)?.InnerException as DbException;

    public static StorageException Explain(string name, string connectionString, DbException fault)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var where = $"The {name} database {builder.Database} at {builder.Host}:{builder.Port}";
        var state = fault.SqlState ?? string.Empty;
        return state switch
        {
            "3D000" => new(StorageProblem.Refused, $"{where} does not exist: create it first.", fault),
            _ when state.StartsWith("28", StringComparison.Ordinal) => new(
                StorageProblem.Refused,
                $"{where} refuses user {builder.Username}: check the name, the password and pg_hba.conf.",
                fault
            ),
            "42501" => new(
                StorageProblem.Refused,
                $"{where} denies user {builder.Username} what this needs: {(fault as PostgresException)?.MessageText}. "
                    + "The owner of the tables migrates ('phi-gateway migrate') and then runs deploy/postgres/roles.sql.",
                fault
            ),
            "55P03" => new(
                StorageProblem.Unreachable,
                $"{where} is busy: another session holds a lock that the migration needs. Try again.",
                fault
            ),
            "57P03" or "53300" or "57P01" => new(
                StorageProblem.Unreachable,
                $"{where} takes no connections now ({(fault as PostgresException)?.MessageText}).",
                fault
            ),
            "" => new(StorageProblem.Unreachable, $"{where} does not answer: {Innermost(fault)}.", fault),
            _ => new(StorageProblem.Refused, $"{where} failed with {state}: {(fault as PostgresException)?.MessageText}.", fault),
        };
    }

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner)
        {
            fault = inner;
        }

        return fault.Message.TrimEnd('.');
    }
}
