using System.Buffers;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using PhiGateway.Storage.Common;
using PhiGateway.Storage.Schema;
using SQLitePCL;

namespace PhiGateway.Storage.Sqlite;

/// <summary>
/// One SQLite file in WAL mode, every commit flushed; writers of this process queue here instead of polling the file's lock.
/// </summary>
internal sealed class SqliteDatabase : Database
{
    private static readonly SearchValues<char> LettersAndDigits = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    );

    private static readonly ConditionalWeakTable<sqlite3, sqlite3> Prepared = [];

    private readonly SqliteWriteGate _gate;

    public SqliteDatabase(string connectionString)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString);
        builder.DataSource = Path.GetFullPath(builder.DataSource);
        File = builder.DataSource;
        ConnectionString = builder.ConnectionString;
        _gate = SqliteWriteGate.For(File);
    }

    public string ConnectionString { get; }

    /// <summary>Full path of the database file.</summary>
    public string File { get; }

    // Milliseconds are the finest that SQLite's clock offers.
    public override string NowSql => "CAST(round(unixepoch('subsec') * 1000) AS INTEGER) * 1000";

    public override string BeforeNow(TimeSpan length) =>
        FormattableString.Invariant($"{NowSql} - {length.Ticks / TimeSpan.TicksPerMicrosecond}");

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);

            // The pool lends the same connection again and again: what was set on it stays.
            var handle = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
            if (Prepared.TryGetValue(handle, out _))
            {
                return connection;
            }

            // journal_mode is kept in the file; the others belong to the connection. The pages of the indexes that a batch goes through
            // stay in the cache (16 MiB at most), and one that is written again and again goes from the log into the file only now and then.
            await using var pragma = connection.Command(
                "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8192;"
            );
            await pragma.ExecuteNonQueryAsync(cancellationToken);
            Prepared.AddOrUpdate(handle, handle);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellationToken) =>
        new(((SqliteConnection)connection).BeginTransaction(deferred: true));

    public override ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        new(((SqliteConnection)connection).BeginTransaction(deferred: false));

    /// <summary>Held from before <see cref="BeginWriteAsync"/> until after commit.</summary>
    public ValueTask<IDisposable> EnterWriteAsync(CancellationToken cancellationToken) => _gate.EnterAsync(cancellationToken);

    public override async Task OverwriteFreedAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var secure = connection.Command("PRAGMA secure_delete = ON");
        await secure.ExecuteScalarAsync(cancellationToken);
    }

    public override async Task RewriteAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var vacuum = connection.Command("VACUUM");
        await vacuum.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async Task EmptyWriteLogAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var checkpoint = connection.Command("PRAGMA wal_checkpoint(TRUNCATE)");
        await checkpoint.ExecuteScalarAsync(cancellationToken);
    }

    public override object Time(DateTimeOffset time) => MicrosecondsConverter.ToMicroseconds(time);

    public override DateTimeOffset ReadTime(DbDataReader reader, int column) =>
        MicrosecondsConverter.FromMicroseconds(reader.GetInt64(column));

    public override string StepSql(string column) => $"({column} - @from) / @step";

    public override object Length(TimeSpan length) => length.Ticks / TimeSpan.TicksPerMicrosecond;

    public override string MonthOf(string column) => $"CAST(strftime('%Y%m', {column} / 1000000, 'unixepoch') AS INTEGER)";

    public override object Uuid(Guid id) => id.ToString();

    public override Guid ReadUuid(DbDataReader reader, int column) => Guid.Parse(reader.GetString(column));

    public override string Unindexed(string column) => "+" + column;

    public override string HoldsSql(string column, string text) => $"{text} IN (SELECT value FROM json_each({ListOrNone(column)}))";

    public override string DifferentSql(string column) => $"(SELECT count(DISTINCT value) FROM json_each({ListOrNone(column)}))";

    public override string HasWordSql(string column, string parameter) => $"instr(' ' || {column} || ' ', ' ' || {parameter} || ' ') > 0";

    // A text that is no list would end the whole statement.
    private static string ListOrNone(string column) => $"CASE WHEN json_valid({column}) THEN {column} ELSE '[]' END";

    // In bytes, and without reading the text: characters are counted up to the first NUL, behind which any length may stand.
    public override string LengthSql(string column) => $"octet_length({column})";

    public override string[] ReadTexts(DbDataReader reader, int column)
    {
        var list = reader.GetString(column);

        // Most lists hold one pseudonym, or nothing: no reader of JSON is set up for that, row by row.
        if (list == "[]")
        {
            return [];
        }

        return list is ['[', '"', _, .., '"', ']'] && !list.AsSpan(2, list.Length - 4).ContainsAnyExcept(LettersAndDigits)
            ? [list[2..^2]]
            : JsonSerializer.Deserialize<string[]>(list) ?? [];
    }

    public override ValueTask DisposeAsync()
    {
        // Pooled connections would keep the file open after its store is gone.
        using var connection = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }
}
