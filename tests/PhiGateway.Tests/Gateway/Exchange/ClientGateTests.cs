using PhiGateway.Gateway.Exchange;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>What one client may take at once and per second.</summary>
public sealed class ClientGateTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(3);

    [Fact]
    public void Conform_BurstOfOneSecond_PassesAndThenWaits()
    {
        var gate = new ClientGate(static stretch => new ClientQuota(static patient => patient, stretch));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(TimeSpan.Zero, gate.Conform(10, Start));
        }

        Assert.Equal(TimeSpan.FromMilliseconds(100), gate.Conform(10, Start));
    }

    [Fact]
    public void Conform_RefusedCalls_DoNotExtendTheWait()
    {
        var gate = new ClientGate(static stretch => new ClientQuota(static patient => patient, stretch));
        for (var i = 0; i < 50; i++)
        {
            gate.Conform(10, Start);
        }

        Assert.Equal(TimeSpan.Zero, gate.Conform(10, Start + TimeSpan.FromMilliseconds(100)));
        Assert.NotEqual(TimeSpan.Zero, gate.Conform(10, Start + TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void Conform_AtThePace_PassesForEver()
    {
        var gate = new ClientGate(static stretch => new ClientQuota(static patient => patient, stretch));
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(TimeSpan.Zero, gate.Conform(10, Start + TimeSpan.FromMilliseconds(100 * i)));
        }
    }

    [Fact]
    public void Enter_MoreThanAllowed_IsRefusedUntilOneLeaves()
    {
        var gate = new ClientGate(static stretch => new ClientQuota(static patient => patient, stretch));
        var first = gate.Enter(2);
        Assert.NotNull(first);
        Assert.NotNull(gate.Enter(2));
        Assert.Null(gate.Enter(2));
        first.Value.Dispose();
        Assert.NotNull(gate.Enter(2));
    }

    [Fact]
    public void Conform_RequestOfMany_IsLetInAndPaidByTheNext()
    {
        var gate = new ClientGate(static stretch => new ClientQuota(static patient => patient, stretch));
        Assert.Equal(TimeSpan.Zero, gate.Conform(10, Start, cost: 50));
        Assert.Equal(TimeSpan.FromMilliseconds(4100), gate.Conform(10, Start));
        Assert.Equal(TimeSpan.Zero, gate.Conform(10, Start + TimeSpan.FromMilliseconds(4100)));
    }
}
