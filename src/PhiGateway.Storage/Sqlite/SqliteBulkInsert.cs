using Microsoft.Data.Sqlite;

namespace PhiGateway.Storage.Sqlite;

/// <summary>
/// Inserts rows in their order, many with one statement as long as there are many: the table and each of its indexes are then opened once
/// for all of them, and a row that belongs behind the last one is put there without looking for its place. Made and used up by
/// <see cref="SqliteAuditStore"/> within one transaction.
/// </summary>
/// <remarks>
/// A row that is refused ends the statement and leaves those before it: the transaction around it takes them back. Said so (<c>OR FAIL</c>)
/// SQLite need not copy every page that it changes, to take back the one statement. Not thread-safe.
/// </remarks>
internal sealed class SqliteBulkInsert : IDisposable
{
    private const int Together = 50;

    private readonly SqliteConnection _connection;
    private readonly string _into;
    private readonly string _row;
    private readonly string _otherwise;
    private SqliteStatement? _many;
    private SqliteStatement? _single;
    private SqliteStatement? _current;
    private int _left;
    private int _missing;

    /// <param name="connection">Of the transaction.</param>
    /// <param name="table">Where to.</param>
    /// <param name="columns">Their names, separated by commas.</param>
    /// <param name="rows">How many will come.</param>
    /// <param name="otherwise">What is to become of a row that is there already; empty: it is refused.</param>
    public SqliteBulkInsert(SqliteConnection connection, string table, string columns, int rows, string otherwise = "")
    {
        _connection = connection;
        _into = $"INSERT OR FAIL INTO {table} ({columns}) VALUES ";
        _row = "(" + string.Join(", ", columns.Split(", ").Select(static _ => "?")) + ")";
        _otherwise = otherwise;
        _left = rows;
    }

    /// <summary>The next row, whose columns are to be bound in their order.</summary>
    public SqliteStatement Next()
    {
        if (_missing == 0)
        {
            (_current, _missing) = _left >= Together ? (_many ??= Prepare(Together), Together) : (_single ??= Prepare(1), 1);
        }

        return _current!;
    }

    /// <summary>Its columns are bound.</summary>
    /// <exception cref="SqliteException">It was refused, or one before it.</exception>
    public void End()
    {
        _left--;
        _missing--;
        if (_missing == 0)
        {
            _current!.Execute();
        }
    }

    public void Dispose()
    {
        _many?.Dispose();
        _single?.Dispose();
    }

    private SqliteStatement Prepare(int rows) =>
        new(_connection, $"{_into}{string.Join(", ", Enumerable.Repeat(_row, rows))} {_otherwise}");
}
