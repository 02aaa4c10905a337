using Microsoft.Data.Sqlite;
using PhiGateway.Storage.Sqlite;
using Xunit;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteBulkInsertTests : IDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public SqliteBulkInsertTests()
    {
        _connection.Open();
        Run("CREATE TABLE t (number INTEGER PRIMARY KEY CHECK (number >= 0), word TEXT, other TEXT)");
    }

    public void Dispose() => _connection.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(49)]
    [InlineData(50)]
    [InlineData(51)]
    [InlineData(137)]
    public void Next_AnyNumberOfRows_AreThereAsTheyWereBound(int count)
    {
        Insert(Enumerable.Range(0, count));

        Assert.Equal(
            Enumerable.Range(0, count).Select(static i => $"{i} {WordOf(i) ?? "-"} x").Order(StringComparer.Ordinal),
            Read("SELECT number || ' ' || coalesce(word, '-') || ' ' || other FROM t").Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData(3)]
    [InlineData(60)]
    [InlineData(99)]
    public void Next_ARowThatIsRefused_LeavesNothingOnceTheTransactionIsTakenBack(int place)
    {
        using (var transaction = _connection.BeginTransaction())
        {
            Assert.Throws<SqliteException>(() => Insert(Enumerable.Range(0, 100).Select(i => i == place ? -1 : i)));
            transaction.Rollback();
        }

        Assert.Equal(["0"], Read("SELECT count(*) FROM t"));
        Insert(Enumerable.Range(0, 100));
        Assert.Equal(["100"], Read("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Next_ARowThatIsThere_IsRefusedOrPassedByAsWasSaid()
    {
        Insert([7]);
        Assert.Throws<SqliteException>(() => Insert(Enumerable.Range(0, 60).Select(static i => i == 55 ? 7 : i + 100)));
        Run("DELETE FROM t WHERE number <> 7");

        Insert(Enumerable.Range(0, 60), "ON CONFLICT DO NOTHING");
        Assert.Equal(["60"], Read("SELECT count(*) FROM t"));
    }

    private static string? WordOf(int number) => number % 3 == 0 ? null : "word " + (number / 10);

    private void Insert(IEnumerable<int> numbers, string otherwise = "")
    {
        var all = numbers.ToList();
        using var insert = new SqliteBulkInsert(_connection, "t", "number, word, other", all.Count, otherwise);
        foreach (var number in all)
        {
            insert.Next().Bind((long)number).Bind(WordOf(number)).Bind("x");
            insert.End();
        }
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // statements of these tests only
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private List<string> Read(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // statements of these tests only
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
