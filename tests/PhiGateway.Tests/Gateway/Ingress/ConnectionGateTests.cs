using System.Net;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Telemetry;
using Xunit;

namespace PhiGateway.Tests.Gateway.Ingress;

public sealed class ConnectionGateTests : IDisposable
{
    private readonly GatewayMetrics _metrics = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public void TryEnter_OneAddress_HasItsShareAndNoMore()
    {
        var gate = Gate(total: 10, perPeer: 2);
        var (one, other) = (IPAddress.Parse("203.0.113.9"), IPAddress.Parse("203.0.113.10"));
        Assert.True(gate.TryEnter(one));
        Assert.True(gate.TryEnter(one.MapToIPv6()));

        Assert.False(gate.TryEnter(one));
        Assert.True(gate.TryEnter(other));
        gate.Leave(one);
        Assert.True(gate.TryEnter(one));
    }

    [Fact]
    public void TryEnter_OneIPv6Network_IsOnePeer()
    {
        var gate = Gate(total: 10, perPeer: 2);
        Assert.True(gate.TryEnter(IPAddress.Parse("2001:db8:1:2::1")));
        Assert.True(gate.TryEnter(IPAddress.Parse("2001:db8:1:2:ffff::1")));

        Assert.False(gate.TryEnter(IPAddress.Parse("2001:db8:1:2:3::1")));
        Assert.True(gate.TryEnter(IPAddress.Parse("2001:db8:1:3::1")));
    }

    [Fact]
    public void TryEnter_AllOfThem_HaveTheTotalAndNoMore()
    {
        var gate = Gate(total: 3, perPeer: 3);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(gate.TryEnter(IPAddress.Parse($"203.0.113.{i}")));
        }

        Assert.False(gate.TryEnter(IPAddress.Parse("203.0.113.99")));
        Assert.False(gate.TryEnter(IPAddress.Parse("10.0.0.7")));
        gate.Leave(IPAddress.Parse("203.0.113.1"));
        Assert.True(gate.TryEnter(IPAddress.Parse("203.0.113.99")));
    }

    [Fact]
    public void TryEnter_ListedProxy_SpeaksForMany()
    {
        var gate = Gate(total: 10, perPeer: 2);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(gate.TryEnter(IPAddress.Parse("10.0.0.7")));
        }
    }

    [Fact]
    public async Task TryEnter_FromManySides_LeavesNothingBehind()
    {
        var gate = Gate(total: 1000, perPeer: 50);
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(side =>
                    Task.Run(() =>
                    {
                        for (var i = 0; i < 5000; i++)
                        {
                            var peer = IPAddress.Parse($"203.0.113.{(i + side) % 3}");
                            if (gate.TryEnter(peer))
                            {
                                gate.Leave(peer);
                            }
                        }
                    })
                )
        );

        for (var i = 0; i < 50; i++)
        {
            Assert.True(gate.TryEnter(IPAddress.Parse("203.0.113.1")));
        }

        Assert.False(gate.TryEnter(IPAddress.Parse("203.0.113.1")));
    }

    private ConnectionGate Gate(int total, int perPeer) =>
        new(new ConnectionLimits(total, perPeer), new PeerAddress(new TrustedProxyOptions { Addresses = ["10.0.0.7"] }), _metrics, "data");
}
