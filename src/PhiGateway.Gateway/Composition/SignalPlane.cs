using Microsoft.AspNetCore.Builder;
using PhiGateway.Admin.Signals;
using PhiGateway.Gateway.Ingress;

namespace PhiGateway.Gateway.Composition;

/// <summary>Builds the web application that shared signals are pushed to, on a listener of its own; only where it is configured.</summary>
internal static class SignalPlane
{
    private const int MaxConnections = 200;

    /// <summary>Builds it, not started.</summary>
    /// <param name="parts">What all planes share.</param>
    /// <param name="listener">Where it listens.</param>
    /// <param name="signals">The receiver.</param>
    public static WebApplication Build(GatewayParts parts, string listener, SharedSignals signals)
    {
        var app = SidePlane.Begin(parts, listener, MaxConnections).Build();
        new PeerAddress(parts.Options.TrustedProxies).Use(app);
        app.Run(http => SignalEndpoints.AnswerAsync(http, signals));
        return app;
    }
}
