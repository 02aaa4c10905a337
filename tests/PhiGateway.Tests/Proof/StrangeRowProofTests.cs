using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>Who edits one row so that it cannot be read has not put the verifier to sleep: it is named, and so is the next edit behind it.</summary>
public sealed class StrangeRowProofTests
{
    private const int Slice = 100;

    [Fact]
    public async Task Verify_ARowThatNoVersionWrites_IsNamed_AndSoIsAnEditBehindIt()
    {
        await using var world = await LogWorld.StartAsync(10);
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);

        var findings = world.Verify([
            .. world.Rows.Values.Select(static row =>
                row.Sequence switch
                {
                    3 => row with { Kind = default, Unreadable = "kind" },
                    7 => row with { Client = "somebody else" },
                    _ => row,
                }
            ),
        ]);

        Assert.Equal(
            [(FindingCode.StoreRowUnreadable, 3L), (FindingCode.StoreColumnsEdited, 7L)],
            findings.Items.Select(static finding => (finding.Code, finding.Sequence!.Value))
        );
    }

    [Fact]
    public async Task Round_ASliceThatCannotBeCompared_IsNamedOnce_AndTheNextOnesAreCompared()
    {
        await using var world = await LogWorld.StartAsync((3 * Slice) - 1);
        var store = StoreOf(world);
        store.BeforeRead = from => from == Slice ? throw new OverflowException() : default(object);
        var watch = WatchOf(world, store);
        var edited = store.Entries.FindIndex(static entry => entry.Sequence == (2 * Slice) + 5);
        store.Entries[edited] = store.Entries[edited] with { Client = "somebody else" };

        for (var round = 0; round < 6; round++)
        {
            await watch.RoundAsync(CancellationToken.None);
        }

        Assert.Null(watch.Status.Problem);
        Assert.Equal(
            [(FindingCode.StoreRowUnreadable, (long)Slice), (FindingCode.StoreColumnsEdited, (2 * Slice) + 5L)],
            watch.Status.Findings.Select(static finding => (finding.Code, finding.Sequence!.Value)).OrderBy(static one => one.Item2)
        );
    }

    [Fact]
    public async Task Round_AStoreThatIsAway_IsNoFinding_AndItsSliceIsTriedAgain()
    {
        await using var world = await LogWorld.StartAsync((2 * Slice) - 1);
        var store = StoreOf(world);
        var isAway = true;
        store.BeforeRead = _ => isAway ? throw new Away() : default(object);
        var watch = WatchOf(world, store);

        await watch.RoundAsync(CancellationToken.None);
        Assert.Empty(watch.Status.Findings);
        Assert.NotNull(watch.Status.Problem);
        Assert.Equal(0, watch.Status.Verified);

        isAway = false;
        await watch.RoundAsync(CancellationToken.None);
        Assert.Equal(Slice, watch.Status.Verified);
        Assert.Null(watch.Status.Problem);
    }

    private static FakeAuditStore StoreOf(LogWorld world)
    {
        var store = new FakeAuditStore();
        store.Entries.AddRange(world.Rows.Values);
        world.Journal.Acknowledge(world.Rows.Keys.Max());
        return store;
    }

    private static LogWatch WatchOf(LogWorld world, IAuditStore store) =>
        new(world.Log, world.Journal, store, world.Heads, new LogWatchOptions { Records = Slice }, TimeProvider.System);

    private sealed class Away : DbException;
}
