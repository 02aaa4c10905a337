using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Following;

/// <summary>A node that was away looks before it decides.</summary>
public sealed class SnapshotHolderTests
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    private readonly ManualClock _clock = new();

    [Fact]
    public void WasAway_LookedAtInTime_IsFalse()
    {
        var holder = new SnapshotHolder(_clock);
        Look(holder);
        _clock.Advance(Most);

        Assert.False(holder.WasAway(Most));
    }

    [Fact]
    public async Task Look_NodeWasPaused_WaitsForALookThatBeganAfterIt()
    {
        var holder = new SnapshotHolder(_clock);
        var before = (_clock.GetTimestamp(), _clock.GetUtcNow());
        Look(holder);
        _clock.Advance(TimeSpan.FromSeconds(3));

        Assert.True(holder.WasAway(Most));
        var waiting = holder.LookAsync(Most, CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        // The answer to a question that was put before the pause says nothing of what happened during it.
        holder.Looked(before.Item1, before.Item2);
        Assert.False(waiting.IsCompleted);
        Look(holder);
        await waiting;
        Assert.False(holder.WasAway(Most));
    }

    [Fact]
    public async Task Look_NobodyLooks_GoesOnAfterTheTimeAllowed()
    {
        var holder = new SnapshotHolder(_clock);
        Look(holder);
        _clock.Advance(TimeSpan.FromSeconds(3));

        var waiting = holder.LookAsync(Most, CancellationToken.None);
        _clock.Advance(Most);

        await waiting;
    }

    [Fact]
    public void WasAway_WholeLoadUnderWay_IsFalse()
    {
        var holder = new SnapshotHolder(_clock);
        Look(holder);
        holder.Loading(true);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(holder.WasAway(Most));

        holder.Loading(false);
        Assert.True(holder.WasAway(Most));
    }

    [Fact]
    public async Task FindFresh_RegistryOutOfSightForTooLong_IsNothing()
    {
        var holder = new SnapshotHolder(_clock) { MaxUnconfirmed = Most, MaxAge = TimeSpan.FromMinutes(1) };
        Assert.Null(await holder.FindFreshAsync(default));
        holder.Publish(RegistrySnapshot.Empty, _clock.GetUtcNow());
        Look(holder);
        Assert.NotNull(await holder.FindFreshAsync(default));

        _clock.Advance(TimeSpan.FromSeconds(61));
        Look(holder);
        Assert.Null(await holder.FindFreshAsync(default));
    }

    [Fact]
    public async Task FindFresh_NodeWasPaused_WaitsForTheNextLook()
    {
        var holder = new SnapshotHolder(_clock) { MaxUnconfirmed = Most, MaxAge = TimeSpan.FromMinutes(1) };
        holder.Publish(RegistrySnapshot.Empty, _clock.GetUtcNow());
        Look(holder);
        _clock.Advance(TimeSpan.FromSeconds(3));

        var asked = holder.FindFreshAsync(default);
        Assert.False(asked.IsCompleted);
        Look(holder);

        Assert.NotNull(await asked);
    }

    private void Look(SnapshotHolder holder) => holder.Looked(_clock.GetTimestamp(), _clock.GetUtcNow());
}
