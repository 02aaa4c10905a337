using System.Data.Common;
using System.Text.Json;

namespace PhiGateway.Storage.Common;

/// <summary>
/// Reads the columns of one row each by itself, after reading them at once failed: a column that holds what no version writes is replaced and
/// named. Made by the readers of rows.
/// </summary>
/// <remarks>
/// Security: whoever may add one row, or edit one, must not be able to keep everybody from reading all the others. What only a connection can
/// tell is none of this: it is thrown on.
/// </remarks>
internal sealed class TolerantRow(DbDataReader reader)
{
    private readonly List<string> _unreadable = [];

    /// <summary>The columns that could not be read, by name; null: all could.</summary>
    public string? Unreadable => _unreadable.Count == 0 ? null : string.Join(", ", _unreadable);

    /// <summary>Whether a fault is of a value that was read, and not of the connection or of this process.</summary>
    public static bool IsOfAValue(Exception fault) =>
        fault
            is OverflowException
                or InvalidCastException
                or FormatException
                or ArgumentException
                or JsonException
                or InvalidDataException
                or (InvalidOperationException and not ObjectDisposedException);

    /// <summary>A moment of a row that is otherwise read at once, or what stands for it where it cannot be read.</summary>
    public static DateTimeOffset TimeOf(Database database, DbDataReader reader, int column, DateTimeOffset otherwise)
    {
        try
        {
            return database.ReadTime(reader, column);
        }
        catch (Exception fault) when (IsOfAValue(fault))
        {
            return otherwise;
        }
    }

    /// <summary>What a column holds, or what stands for it where that cannot be read.</summary>
    public T Read<T>(int column, Func<int, T> read, T otherwise)
    {
        try
        {
            return read(column);
        }
        catch (Exception fault) when (IsOfAValue(fault))
        {
            Name(column);
            return otherwise;
        }
    }

    /// <summary>Names a column that was found to be unreadable elsewhere.</summary>
    public void Name(int column) => _unreadable.Add(reader.GetName(column));
}
