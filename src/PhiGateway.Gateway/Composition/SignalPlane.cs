using Microsoft.AspNetCore.Builder;
using PhiGateway.Admin.Signals;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Ingress;

namespace PhiGateway.Gateway.Composition;

/// <summary>Builds the web application that shared signals are pushed to, on a listener of its own; only where it is configured.</summary>
internal static class SignalPlane
{
    /// <summary>Builds it, not started.</summary>
    /// <param name="parts">What all planes share.</param>
    /// <param name="listener">Where it listens.</param>
    /// <param name="signals">The receiver.</param>
    public static WebApplication Build(GatewayParts parts, string listener, SharedSignals signals)
    {
        var peers = new PeerAddress(parts.Options.TrustedProxies);
        var gate = new ConnectionGate(ConnectionLimits.OfSignals(parts.Options.Limits), peers, parts.Metrics, "signals");
        var app = SidePlane.Begin(parts, listener, gate).Build();
        peers.Use(app);
        new BodyTime(parts.Options.Limits, parts.Clock, parts.Metrics).Use(app);
        app.Run(http => SignalEndpoints.AnswerAsync(http, signals));
        return app;
    }
}
