using PhiGateway.Gateway.Configuration;
using PhiGateway.TokenService.Configuration;
using Xunit;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>All listeners of a node together stay below the handles that it has.</summary>
public sealed class ConnectionLimitsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_EveryListener_FitsBesideTheOthers(bool hasOthers)
    {
        var options = new GatewayOptions { TokenService = hasOthers ? new TokenServiceOptions() : null };
        options.Signals.Listener = hasOthers ? "http://127.0.0.1:9000" : null;
        var beside = ConnectionLimits.OfAdministrators(options.Limits).Total;
        beside += hasOthers ? ConnectionLimits.OfTokens(options.Limits).Total + ConnectionLimits.OfSignals(options.Limits).Total : 0;

        Assert.True((2 * ConnectionLimits.Of(options).Total) + beside < HandleLimit.Get());
        Assert.True((2 * ConnectionLimits.Most(options)) + beside < HandleLimit.Get());
    }

    [Fact]
    public void Most_WithMoreListeners_IsLess()
    {
        var alone = new GatewayOptions();
        var beside = new GatewayOptions { TokenService = new TokenServiceOptions() };

        Assert.True(ConnectionLimits.Most(beside) < ConnectionLimits.Most(alone));
    }

    [Fact]
    public void Of_AnyListener_IsNeverOneAddressesAlone()
    {
        var limits = new LimitOptions
        {
            AdminConnections = 100,
            TokenConnections = 200,
            SignalConnections = 80,
        };

        Assert.Equal(new ConnectionLimits(100, 50), ConnectionLimits.OfAdministrators(limits));
        Assert.Equal(new ConnectionLimits(200, 50), ConnectionLimits.OfTokens(limits));
        Assert.Equal(new ConnectionLimits(80, 20), ConnectionLimits.OfSignals(limits));
    }
}
