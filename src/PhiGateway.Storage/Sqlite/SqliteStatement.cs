using System.Text;
using Microsoft.Data.Sqlite;
using PhiGateway.Storage.Common;
using SQLitePCL;

namespace PhiGateway.Storage.Sqlite;

/// <summary>
/// One prepared statement whose parameters are bound by place: finding them by name is what bulk inserts otherwise spend their time on.
/// </summary>
/// <remarks>
/// What is bound stays bound from row to row, and most texts of a trail are the same instance as in the row before: those are not bound
/// again. Not thread-safe; runs inside whatever transaction its connection has open.
/// </remarks>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;
    private readonly (bool IsBound, string? Text)[] _texts;
    private int _place;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _connection = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        Check(raw.sqlite3_prepare_v2(_connection, sql, out _statement));
        _texts = new (bool, string?)[raw.sqlite3_bind_parameter_count(_statement)];
    }

    /// <summary>Binds the next parameter, without what a database cannot hold (<see cref="StorableText"/>).</summary>
    /// <remarks>A place is given texts in every row, or in none.</remarks>
    public SqliteStatement Bind(string? value)
    {
        ref var last = ref _texts[_place++];
        if (last.IsBound && ReferenceEquals(last.Text, value))
        {
            return this;
        }

        last.IsBound = false;
        Check(BindText(StorableText.Clean(value)));
        last = (true, value);
        return this;
    }

    /// <summary>Binds the next parameter: a text of ASCII, as its bytes.</summary>
    public SqliteStatement BindAscii(ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_text(_statement, ++_place, value));
        return this;
    }

    /// <summary>Binds the next parameter: the text of an id, nothing for the empty one.</summary>
    public SqliteStatement Bind(Guid value)
    {
        Span<byte> text = stackalloc byte[36];
        Check(
            value != Guid.Empty && value.TryFormat(text, out _)
                ? raw.sqlite3_bind_text(_statement, ++_place, text)
                : raw.sqlite3_bind_null(_statement, ++_place)
        );
        return this;
    }

    /// <summary>Binds the next parameter.</summary>
    public SqliteStatement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, ++_place, value));
        return this;
    }

    /// <summary>Binds the next parameter; nothing for null.</summary>
    public SqliteStatement Bind(long? value)
    {
        Check(value is { } number ? raw.sqlite3_bind_int64(_statement, ++_place, number) : raw.sqlite3_bind_null(_statement, ++_place));
        return this;
    }

    /// <summary>Binds the next parameter.</summary>
    public SqliteStatement Bind(ReadOnlySpan<byte> value)
    {
        Check(raw.sqlite3_bind_blob(_statement, ++_place, value));
        return this;
    }

    /// <summary>Runs the statement, which gives no rows, and makes it ready for the next.</summary>
    /// <exception cref="SqliteException">It could not be run.</exception>
    public void Execute()
    {
        var result = raw.sqlite3_step(_statement);
        _ = raw.sqlite3_reset(_statement);
        _place = 0;
        Check(result == raw.SQLITE_DONE ? raw.SQLITE_OK : result);
    }

    public void Dispose() => _statement.Dispose();

    // A text made for the driver alone would be garbage at once: the database copies what it is given.
    private int BindText(string? value)
    {
        const int Short = 256;
        if (value is null)
        {
            return raw.sqlite3_bind_null(_statement, _place);
        }

        return value.Length <= Short / 3 ? BindShort(value, stackalloc byte[Short]) : raw.sqlite3_bind_text(_statement, _place, value);
    }

    private int BindShort(string value, Span<byte> bytes) =>
        raw.sqlite3_bind_text(_statement, _place, bytes[..Encoding.UTF8.GetBytes(value, bytes)]);

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteException(raw.sqlite3_errstr(result).utf8_to_string(), result, raw.sqlite3_extended_errcode(_connection));
        }
    }
}
