using PhiGateway.Gateway.Admit;
using Xunit;

namespace PhiGateway.Tests.Gateway.Admit;

public sealed class ClientGateTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Conform_WithinTheBurst_Passes()
    {
        var gate = new ClientGate();
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal(TimeSpan.Zero, gate.Conform(10, Now)));
        Assert.Equal(TimeSpan.FromMilliseconds(100), gate.Conform(10, Now));
        Assert.Equal(TimeSpan.Zero, gate.Conform(10, Now.AddMilliseconds(100)));
    }

    [Fact]
    public void Conform_RequestOfMany_IsLetInAndPaidByTheNext()
    {
        var gate = new ClientGate();
        Assert.Equal(TimeSpan.Zero, gate.Conform(10, Now, cost: 50));
        Assert.Equal(TimeSpan.FromMilliseconds(4100), gate.Conform(10, Now));
        Assert.Equal(TimeSpan.Zero, gate.Conform(10, Now.AddMilliseconds(4100)));
    }
}
