using Npgsql;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.EndToEnd.Storage;

public sealed class PostgresAuditStoreTests(PostgresFixture postgres) : AuditStoreContract
{
    private const string Columns =
        "log, sequence, time, id, parent_id, kind, event, decision, reason, client, tenant, actor, status, resource_type, interaction, shape, "
        + "patient_keys, chain_hash, body";

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

    // The key has the time too: whoever may add rows may add one in the place of a record, before it or behind it.
    [Theory]
    [InlineData("-1 day")]
    [InlineData("90 days")]
    public async Task Append_BesideARowThatSomebodyAdded_IsNoForkAndGoesOn(string later)
    {
        var store = Storage.Store;
        await store.AppendAsync([Entry(0), Entry(1), Entry(2)], CancellationToken.None);
        await AddTwinsAsync(later, 0, 2);

        var mine = Entry(2).ChainHash;
        Assert.Equal(mine.ToArray(), await store.GetHashAsync("log", 2, mine, CancellationToken.None));
        await store.AppendAsync([Entry(1), Entry(2), Entry(3)], CancellationToken.None);
        Assert.Equal(3, await store.GetWatermarkAsync("log", CancellationToken.None));

        // The twin: where there is none of the node's own, it is one.
        var other = Entry(3) with
        {
            ChainHash = Hash("other"),
        };
        await Assert.ThrowsAsync<AuditForkException>(() => store.AppendAsync([other], CancellationToken.None));
        Assert.Equal(Entry(3).ChainHash.ToArray(), await store.GetHashAsync("log", 3, other.ChainHash, CancellationToken.None));
    }

    [Fact]
    public async Task Append_IntoPlacesWhereSomebodyHasAddedRows_CountsToTheEnd()
    {
        var store = Storage.Store;
        await store.AppendAsync([Entry(0)], CancellationToken.None);
        var selected = Columns
            .Replace("sequence", "g.n", StringComparison.Ordinal)
            .Replace(", time", ", time + interval '1 day'", StringComparison.Ordinal);
        await TextsAsync(
            $"INSERT INTO audit_event ({Columns}) SELECT {selected} FROM audit_event CROSS JOIN generate_series(2, 6, 2) AS g(n) "
                + "WHERE sequence = 0; SELECT 'x'"
        );

        await store.AppendAsync([.. Enumerable.Range(1, 9).Select(static place => Entry(place))], CancellationToken.None);

        Assert.Equal(9, await store.GetWatermarkAsync("log", CancellationToken.None));
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

    private async Task AddTwinsAsync(string later, params int[] places)
    {
        var selected = Columns
            .Replace(", time", $", time + interval '{later}'", StringComparison.Ordinal)
            .Replace("chain_hash", "sha256(chain_hash)", StringComparison.Ordinal);
        await TextsAsync(
            $"INSERT INTO audit_event ({Columns}) SELECT {selected} FROM audit_event WHERE sequence IN ({string.Join(", ", places)}); SELECT 'x'"
        );
    }

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
