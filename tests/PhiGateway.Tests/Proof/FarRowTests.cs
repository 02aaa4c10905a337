using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Audit.Shipping;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>A row that somebody put far behind a log, where searches show it: named at once, whatever it holds and however far it is.</summary>
public sealed class FarRowTests
{
    private const int Records = 40;

    // Before, every place up to it was counted as missing, one by one.
    [Theory]
    [InlineData(1_000)]
    [InlineData(1_000_000_000_000_000)]
    [InlineData(long.MaxValue)]
    public async Task Verify_RowFarBehindTheLog_IsNamedAlone(long far)
    {
        await using var world = await LogWorld.StartAsync(Records);
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
        var row = world.Rows[Records];

        var findings = world.Verify([.. world.Rows.Values, row with { Sequence = far }]);
        Assert.Equal(
            [(FindingCode.StoreRecordInserted, far)],
            findings.Items.Select(static finding => (finding.Code, finding.Sequence!.Value))
        );
    }

    // Its content is under a key that is none: there is nothing of it to compare but its place.
    [Fact]
    public async Task Verify_RowWithoutContentBehindTheLog_IsNamed()
    {
        await using var world = await LogWorld.StartAsync(Records);
        await world.CloseAsync();
        var row = world.Rows[Records] with { Sequence = Records + 2, IsDestroyed = true, IsKeyMissing = true, Body = default };

        var findings = world.Verify([.. world.Rows.Values, row]);
        Assert.Equal(
            [(FindingCode.StoreRecordInserted, Records + 2L)],
            findings.Items.Select(static finding => (finding.Code, finding.Sequence!.Value))
        );
    }

    [Fact]
    public async Task Verify_RecordsMissingBeforeAFarRow_AreNamedToo()
    {
        await using var world = await LogWorld.StartAsync(Records);
        await world.CloseAsync();
        var rows = world.Rows.Values.Where(static row => row.Sequence < Records - 2).ToList();

        var findings = world.Verify([.. rows, rows[^1] with { Sequence = 1_000_000_000_000_000 }]);
        Assert.Equal(
            [(FindingCode.StoreRecordMissing, Records - 2L), (FindingCode.StoreRecordInserted, 1_000_000_000_000_000)],
            findings.Items.Select(static finding => (finding.Code, finding.Sequence!.Value))
        );
    }

    [Fact]
    public async Task Verify_RowBeforeTheFirstPlace_IsNamedAlone()
    {
        await using var world = await LogWorld.StartAsync(Records);
        await world.CloseAsync();

        var findings = world.Verify([world.Rows[Records] with { Sequence = -7 }, .. world.Rows.Values]);
        var finding = Assert.Single(findings.Items);
        Assert.Equal((FindingCode.StoreRecordInserted, -7L), (finding.Code, finding.Sequence!.Value));
        Assert.Contains("before the first place", finding.Words, StringComparison.Ordinal);
    }

    // However many rows stand behind the log, and whatever stands in the slice.
    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    public async Task Round_RowBeforeTheFirstPlace_IsNamedByTheNodeItself(long place)
    {
        await using var world = await LogWorld.StartAsync(Records);
        var store = new MemoryAuditStore();
        foreach (var (sequence, row) in world.Rows)
        {
            store.Rows[sequence] = row;
        }

        world.Journal.Acknowledge(world.Rows.Keys.Max());
        store.Rows[place] = world.Rows[Records] with { Sequence = place };
        for (var far = 0; far < 200; far++)
        {
            store.Rows[1_000_000 + far] = world.Rows[Records] with { Sequence = 1_000_000 + far };
        }

        var watch = new LogWatch(world.Log, world.Journal, store, world.Heads, new LogWatchOptions { Records = 20 }, TimeProvider.System);
        await watch.RoundAsync(CancellationToken.None);

        Assert.Contains(watch.Status.Findings, finding => (finding.Code, finding.Sequence) == (FindingCode.StoreRecordInserted, place));
        Assert.All(watch.Status.Findings, static finding => Assert.Equal(FindingCode.StoreRecordInserted, finding.Code));
        Assert.Null(watch.Status.Problem);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Round_RowBehindWhatTheNodeHasWritten_IsNamedByTheNodeItself(bool isInserted)
    {
        await using var world = await LogWorld.StartAsync(Records);
        var store = new MemoryAuditStore();
        foreach (var (sequence, row) in world.Rows)
        {
            store.Rows[sequence] = row;
        }

        world.Journal.Acknowledge(world.Rows.Keys.Max());
        const long Far = 1_000_000_000_000;
        if (isInserted)
        {
            store.Rows[Far] = world.Rows[Records] with { Sequence = Far };
        }

        var watch = new LogWatch(world.Log, world.Journal, store, world.Heads, new LogWatchOptions { Records = 20 }, TimeProvider.System);
        for (var round = 0; round < 4; round++)
        {
            await watch.RoundAsync(CancellationToken.None);
        }

        (string, long)[] expected = isInserted ? [(FindingCode.StoreRecordInserted, Far)] : [];
        Assert.Equal(expected, watch.Status.Findings.Select(static finding => (finding.Code, finding.Sequence!.Value)));
        Assert.Null(watch.Status.Problem);
    }
}
