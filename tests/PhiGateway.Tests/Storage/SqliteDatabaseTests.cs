using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using PhiGateway.Storage.Sqlite;
using Xunit;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteDatabaseTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("[\"\"]")]
    [InlineData("[\"K\"]")]
    [InlineData("[\"KEY1\"]")]
    [InlineData("[\"KEY1\",\"KEY2\"]")]
    [InlineData(" [ \"KEY1\" ] ")]
    [InlineData("[\"with a blank\"]")]
    [InlineData("[\"a\\u0022b\"]")]
    [InlineData("[\"\u00e9\"]")]
    [InlineData("[null]")]
    public async Task ReadTexts_ListInAnyForm_IsReadAsJsonIs(string list) =>
        Assert.Equal(JsonSerializer.Deserialize<string[]>(list), await ReadAsync(list));

    [Theory]
    [InlineData("[\"")]
    [InlineData("[\"]")]
    [InlineData("[\"a\"b\"]")]
    [InlineData("[\"a\\\"]")]
    [InlineData("[KEY1]")]
    public Task ReadTexts_NoList_Throws(string list) => Assert.ThrowsAnyAsync<JsonException>(() => ReadAsync(list));

    [Theory]
    [InlineData("", 0)]
    [InlineData("[\"KEY1\"]", 8)]
    [InlineData("\u00e9", 2)]
    [InlineData("[\0 and more behind it]", 22)]
    public async Task LengthSql_OfAnyText_IsAllOfIt(string text, long bytes)
    {
        await using var database = new SqliteDatabase("Data Source=length.db");
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant
        command.CommandText = $"SELECT {database.LengthSql("@text")}";
#pragma warning restore CA2100
        command.Parameters.AddWithValue("@text", text);
        Assert.Equal(bytes, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<string[]> ReadAsync(string list)
    {
        await using var database = new SqliteDatabase("Data Source=read-texts.db");
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT @list";
        command.Parameters.AddWithValue("@list", list);
        await using DbDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        return database.ReadTexts(reader, 0);
    }
}
