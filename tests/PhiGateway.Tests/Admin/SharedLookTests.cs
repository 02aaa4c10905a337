using PhiGateway.Admin.Editing;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>While the registry hangs, it is asked once for all emergency stops, and each waits for it once.</summary>
public sealed class SharedLookTests
{
    [Fact]
    public async Task GetOrLast_WhileTheStoreHangs_IsAskedOnceForAll_AndNotWaitedForAgain()
    {
        var clock = new ManualClock();
        var store = new FakeRegistryStore(clock);
        using var sets = new WorkingSetSource(store, clock);
        Assert.False((await sets.GetOrLastAsync(default)).MayBeOld);
        Assert.False((await sets.GetOrLastAsync(default)).MayBeOld);

        var before = store.PlacesAsked;
        var there = new TaskCompletionSource();
        store.PlaceHeld = there.Task;
        var first = sets.GetOrLastAsync(default);
        SpinWait.SpinUntil(() => store.PlacesAsked > before);
        Assert.False(first.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await first).MayBeOld);

        // Each later question of the same call, and every further call.
        var later = Enumerable.Range(0, 50).Select(_ => sets.GetOrLastAsync(default)).ToList();
        Assert.All(later, static one => Assert.True(one.IsCompletedSuccessfully));
        foreach (var one in later)
        {
            Assert.True((await one).MayBeOld);
        }

        Assert.Equal(before + 1, store.PlacesAsked);
        there.SetResult();
    }
}
