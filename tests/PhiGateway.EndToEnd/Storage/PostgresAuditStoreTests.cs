using Npgsql;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

public sealed class PostgresAuditStoreTests(PostgresFixture postgres) : AuditStoreContract
{
    protected override Task<StorageLocation> LocateAsync() => StorageLocation.PostgresAsync(postgres, StorageSchemas.Audit);

    [Fact]
    public async Task Append_EachMonth_GoesToItsPartition()
    {
        var now = TimeProvider.System.GetUtcNow();
        await Storage.Store.AppendAsync(
            [
                Entry(0) with
                {
                    Time = now,
                    PatientKeys = ["k"],
                },
                Entry(1) with
                {
                    Time = now.AddMonths(2),
                },
                Entry(2) with
                {
                    Time = now.AddYears(70),
                    PatientKeys = ["k"],
                },
            ],
            CancellationToken.None
        );

        Assert.Equal(
            [$"audit_event_y{now:yyyy}m{now:MM}", $"audit_event_y{now.AddMonths(2):yyyy}m{now.AddMonths(2):MM}", "audit_event_default"],
            await TextsAsync("SELECT tableoid::regclass::text FROM audit_event ORDER BY sequence")
        );
        Assert.Equal(
            [$"audit_patient_y{now:yyyy}m{now:MM}", "audit_patient_default"],
            await TextsAsync("SELECT tableoid::regclass::text FROM audit_patient ORDER BY sequence")
        );
    }

    [Fact]
    public async Task EnsurePartitions_MonthMissing_TakesItsRowsOutOfTheDefault()
    {
        var now = TimeProvider.System.GetUtcNow();
        await TextsAsync($"DROP TABLE audit_event_y{now:yyyy}m{now:MM}; DROP TABLE audit_patient_y{now:yyyy}m{now:MM}; SELECT 'x'");
        await Storage.Store.AppendAsync([Entry(0) with { Time = now, PatientKeys = ["k"] }], CancellationToken.None);
        Assert.Equal(["audit_event_default"], await TextsAsync("SELECT tableoid::regclass::text FROM audit_event"));

        Assert.Equal(2, await Storage.EnsurePartitionsAsync(CancellationToken.None));

        Assert.Equal([$"audit_event_y{now:yyyy}m{now:MM}"], await TextsAsync("SELECT tableoid::regclass::text FROM audit_event"));
        Assert.Equal([$"audit_patient_y{now:yyyy}m{now:MM}"], await TextsAsync("SELECT tableoid::regclass::text FROM audit_patient"));
        Assert.Equal(0, await Storage.Store.GetWatermarkAsync("log", CancellationToken.None));
    }

    [Fact]
    public async Task Partitions_OnceMade_HaveTheIndexesOfTheirParent() =>
        Assert.Equal(
            ["0"],
            await TextsAsync(
                """
                SELECT count(*)::text FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent AND p.relname = 'audit_event'
                WHERE (SELECT count(*) FROM pg_index WHERE indrelid = h.inhrelid) <> (SELECT count(*) FROM pg_index WHERE indrelid = p.oid)
                """
            )
        );

    private async Task<List<string>> TextsAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}
