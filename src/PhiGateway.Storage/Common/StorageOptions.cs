using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace PhiGateway.Storage.Common;

/// <summary>
/// Which database a store uses and how it connects; bound by the host, one for the registry and one for the audit store, which may be the
/// same database.
/// </summary>
public sealed record StorageOptions
{
    /// <summary>Default: SQLite.</summary>
    public StorageProvider Provider { get; init; } = StorageProvider.Sqlite;

    /// <summary>
    /// An ADO.NET connection string: <c>Data Source=/var/lib/phigateway/registry.db</c>, or <c>Host=…;Database=…;Username=…</c>. Secret:
    /// never logged.
    /// </summary>
    public string ConnectionString { get; init; } = string.Empty;

    /// <summary>Every problem at once, in words without the connection string; empty when the options can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            return ["ConnectionString is missing."];
        }

        try
        {
            return Provider switch
            {
                StorageProvider.Sqlite => ValidateSqlite(new SqliteConnectionStringBuilder(ConnectionString)),
                StorageProvider.Postgres => ValidatePostgres(new NpgsqlConnectionStringBuilder(ConnectionString)),
                _ => ["Provider must be Sqlite or Postgres."],
            };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or DbException)
        {
            // The exception's text may quote the connection string, and with it a password.
            return [$"ConnectionString is not a valid {Provider} connection string, such as {Example}."];
        }
    }

    // Not an address (postgres://…), which other programs take.
    private string Example =>
        Provider == StorageProvider.Postgres
            ? "Host=db.hospital.example;Database=phigateway;Username=gw01;Password=…"
            : "Data Source=/var/lib/phigateway/registry.db";

    /// <summary>Never shows the connection string.</summary>
    public override string ToString() => $"{nameof(StorageOptions)} {{ Provider = {Provider} }}";

    internal void ThrowIfInvalid()
    {
        var problems = Validate();
        if (problems.Count > 0)
        {
            throw new StorageException(StorageProblem.Misconfigured, "Storage: " + string.Join(' ', problems));
        }
    }

    private static IReadOnlyList<string> ValidateSqlite(SqliteConnectionStringBuilder builder)
    {
        if (builder.DataSource.Length == 0)
        {
            return ["ConnectionString names no Data Source (the path of the SQLite file)."];
        }

        return builder.DataSource == ":memory:" || builder.Mode == SqliteOpenMode.Memory
            ? ["An in-memory SQLite database keeps nothing: name a file."]
            : [];
    }

    private static List<string> ValidatePostgres(NpgsqlConnectionStringBuilder builder)
    {
        List<string> problems = [];
        if (string.IsNullOrEmpty(builder.Host))
        {
            problems.Add("ConnectionString names no Host.");
        }

        if (string.IsNullOrEmpty(builder.Database))
        {
            problems.Add("ConnectionString names no Database.");
        }

        // Without it a node may read from a standby that lags, and listen where nothing is ever announced.
        if (
            builder.Host?.Contains(',', StringComparison.Ordinal) == true
            && !string.Equals(builder.TargetSessionAttributes, "primary", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(builder.TargetSessionAttributes, "read-write", StringComparison.OrdinalIgnoreCase)
        )
        {
            problems.Add(
                "ConnectionString names several hosts: add Target Session Attributes=primary, so that every node follows the primary."
            );
        }

        return problems;
    }
}
