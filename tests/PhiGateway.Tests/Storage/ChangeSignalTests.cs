using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Storage;

public sealed class ChangeSignalTests
{
    // A timer's thread that is just on its way when the wait ends: what it throws nobody catches, and the process is gone.
    [Fact]
    public void Expire_OfAWaitThatHasEnded_DoesNothing()
    {
        var limit = new CancellationTokenSource();
        limit.Dispose();

        ChangeSignal.Expire(limit);
    }

    [Fact]
    public async Task Wait_UntilItsTimeIsUpOrItIsSet_SaysWhich()
    {
        var clock = new ManualClock();
        using var signal = new ChangeSignal();
        var waiting = signal.WaitAsync(TimeSpan.FromSeconds(1), clock, default);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await waiting);

        signal.Set();
        signal.Set();
        Assert.True(await signal.WaitAsync(TimeSpan.FromSeconds(1), clock, default));
        Assert.False(await signal.WaitAsync(TimeSpan.Zero, clock, default));
    }
}
