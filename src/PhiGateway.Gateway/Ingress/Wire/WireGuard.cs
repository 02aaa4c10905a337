using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace PhiGateway.Gateway.Ingress.Wire;

/// <summary>
/// Puts a <see cref="GuardedReader"/> between a listener's connections and the server's HTTP/1.1 parser; added by the data plane, after
/// TLS.
/// </summary>
/// <remarks>HTTP/2 frames its messages itself and is left alone.</remarks>
internal static class WireGuard
{
    /// <summary>Adds it to a listener.</summary>
    public static void Use(ListenOptions listen, WireLimits limits) => listen.Use(next => connection => Guard(connection, next, limits));

    private static Task Guard(ConnectionContext connection, ConnectionDelegate next, WireLimits limits)
    {
        var protocol = connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol;
        if (protocol is { } agreed && agreed.Span.SequenceEqual("h2"u8))
        {
            return next(connection);
        }

        var transport = connection.Transport;
        connection.Transport = new GuardedPipe(new GuardedReader(transport.Input, connection.Features, limits), transport.Output);
        return next(connection);
    }

    private sealed class GuardedPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }
}
