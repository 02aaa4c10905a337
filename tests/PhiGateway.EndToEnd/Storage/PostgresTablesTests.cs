using Microsoft.EntityFrameworkCore;
using Npgsql;
using PhiGateway.Storage.Schema;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

public sealed class PostgresTablesTests(PostgresFixture postgres)
{
    /// <summary>The partitioned tables are written by hand in the migration: they must still be the model's.</summary>
    [Fact]
    public async Task Postgres_TablesMade_HaveTheModelsColumns()
    {
        var connectionString = await (await postgres.GetAsync()).CreateDatabaseAsync();
        foreach (
            DbContext context in new DbContext[]
            {
                PostgresRegistryContextFactory.Create(connectionString),
                PostgresAuditContextFactory.Create(connectionString),
            }
        )
        {
            await using (context)
            {
                await context.Database.MigrateAsync();
                foreach (var entity in context.Model.GetEntityTypes())
                {
                    var expected = entity
                        .GetProperties()
                        .Select(p => $"{p.GetColumnName()} {p.GetColumnType()} {(p.IsNullable ? "null" : "not null")}");
                    Assert.Equal(
                        expected.Order(StringComparer.Ordinal),
                        (await ColumnsAsync(connectionString, entity.GetTableName()!)).Order(StringComparer.Ordinal)
                    );
                }
            }
        }
    }

    private static async Task<List<string>> ColumnsAsync(string connectionString, string table)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' "
                + "not null' ELSE ' null' END FROM pg_attribute WHERE attrelid = @t::regclass AND attnum > 0",
            connection
        );
        command.Parameters.AddWithValue("t", table);
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<string>();
        while (await reader.ReadAsync())
        {
            columns.Add(reader.GetString(0));
        }

        return columns;
    }
}
