using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Gateway.Composition;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>A loop that ends by a fault is started again, later each time, and readiness can tell; one that was asked to stop is not.</summary>
public sealed class WatchedLoopsTests
{
    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(typeof(OverflowException))]
    [InlineData(typeof(OperationCanceledException))]
    public async Task Start_ALoopThatFaults_IsStartedAgainAfterAPauseThatGrows(Type kind)
    {
        using var loops = new WatchedLoops(_clock, NullLogger.Instance);
        var (runs, started) = (0, new SemaphoreSlim(0));
        loops.Start(
            "verifier",
            _ =>
            {
                runs++;
                started.Release();
                throw (Exception)Activator.CreateInstance(kind)!;
            }
        );

        for (var faults = 1; faults <= 3; faults++)
        {
            await started.WaitAsync();
            await UntilAsync(() => loops.Status is [{ IsRunning: false, Faults: var count }] && count == faults);
            var status = Assert.Single(loops.Status);
            Assert.Equal(("verifier", kind.Name), (status.Part, status.Fault));
            var pause = WatchedLoop.FirstPause * Math.Pow(2, faults - 1);
            await AdvanceAsync(pause - TimeSpan.FromMilliseconds(1));
            Assert.Equal(faults, runs);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await started.WaitAsync();
        Assert.Equal((4, 3L), (runs, loops.Restarts));
        await loops.StopAsync();
    }

    [Fact]
    public async Task Stop_ALoopThatHangs_IsLeftAndTheStopGoesOn()
    {
        using var loops = new WatchedLoops(_clock, NullLogger.Instance);
        var (hangs, ended) = (new TaskCompletionSource(), false);
        loops.Start("alerts", _ => hangs.Task);
        loops.Start(
            "follower",
            async stopping =>
            {
                await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ended = true;
            }
        );

        var stopping = loops.StopAsync();
        await UntilAsync(() => Volatile.Read(ref ended));
        Assert.False(stopping.IsCompleted);
        await AdvanceAsync(WatchedLoops.LongestStop);
        await stopping;
        hangs.SetResult();
    }

    [Fact]
    public async Task Start_ALoopThatRunsAgainForLong_IsWell_AndItsNextFaultIsTheFirst()
    {
        using var loops = new WatchedLoops(_clock, NullLogger.Instance);
        var fault = new TaskCompletionSource();
        var started = new SemaphoreSlim(0);
        loops.Start(
            "follower",
            async stopping =>
            {
                started.Release();
                await fault.Task.WaitAsync(stopping);
                throw new OverflowException();
            },
            isNeeded: true
        );
        await started.WaitAsync();
        var first = fault;
        fault = new TaskCompletionSource();
        first.SetResult();
        await UntilAsync(() => loops.Status is [{ IsRunning: false }]);
        await AdvanceAsync(WatchedLoop.FirstPause);
        await started.WaitAsync();
        await UntilAsync(() => loops.Status is [{ IsRunning: true, Faults: 1 }]);

        _clock.Advance(WatchedLoop.WellAfter);
        Assert.Equal(0, Assert.Single(loops.Status).Faults);
        fault.SetResult();
        await UntilAsync(() => loops.Status is [{ IsRunning: false, Faults: 1 }]);
        await loops.StopAsync();
    }

    [Fact]
    public async Task Stop_LoopsThatRunOrWaitOrHaveEnded_Returns()
    {
        using var loops = new WatchedLoops(_clock, NullLogger.Instance);
        loops.Start("runs", static stopping => Task.Delay(Timeout.Infinite, stopping));
        loops.StartBehind("runs behind", static stopping => Task.Delay(Timeout.Infinite, stopping));
        loops.Start("has ended", static _ => Task.CompletedTask);
        loops.Start("waits", static _ => throw new OverflowException());
        await UntilAsync(() => loops.Status.Any(static loop => loop is { Part: "waits", IsRunning: false }));

        await loops.StopAsync();
        Assert.Equal(0, loops.Restarts);
        Assert.Equal(["waits"], loops.Status.Where(static loop => loop.Faults > 0).Select(static loop => loop.Part));
    }

    // The timer of a pause may be made a moment after the status says that it waits.
    private async Task AdvanceAsync(TimeSpan by)
    {
        await UntilAsync(() => _clock.Timers > 0);
        _clock.Advance(by);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Task.Yield();
        }
    }
}
