using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Composition;

/// <summary>Opens a listener from its address in configuration.</summary>
internal static class Listeners
{
    /// <summary>Begins to listen.</summary>
    /// <param name="plane">What listens.</param>
    /// <param name="address">Where, as configured.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="IOException">Nothing can listen there: in words for operators.</exception>
    public static async Task StartAsync(WebApplication plane, string address, CancellationToken cancellationToken)
    {
        try
        {
            await plane.StartAsync(cancellationToken);
        }
        catch (SocketException fault)
        {
            // The server itself names a port that is taken; not one that takes rights, nor an address that this machine does not have.
            throw new IOException($"Failed to bind to address {address}: {fault.Message}.", fault);
        }
    }

    /// <summary>Adds one listener; the address was validated before.</summary>
    /// <param name="kestrel">The server.</param>
    /// <param name="address">Scheme, address and port.</param>
    /// <param name="options">What they speak.</param>
    /// <param name="certificate">What https listeners show; null: none of them is one.</param>
    /// <param name="before">Adds what sees a connection before TLS; null: nothing.</param>
    /// <param name="after">Adds what sees its decrypted bytes; null: nothing.</param>
    public static void Add(
        KestrelServerOptions kestrel,
        string address,
        ListenerOptions options,
        ListenerCertificate? certificate,
        Action<ListenOptions>? before = null,
        Action<ListenOptions>? after = null
    )
    {
        var uri = new Uri(address);
        var ip = uri.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(uri.Host.Trim('[', ']'));
        // Port 0 takes a free port; Uri gives the scheme's own when none is written.
        kestrel.Listen(
            ip,
            uri.Port,
            listen =>
            {
                before?.Invoke(listen);
                if (uri.Scheme != "https")
                {
                    // Without TLS there is no ALPN, and prior-knowledge HTTP/2 is a second framing to agree on.
                    listen.Protocols = HttpProtocols.Http1;
                    after?.Invoke(listen);
                    return;
                }

                listen.Protocols = options.Http2 ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
                listen.UseHttps((certificate ?? throw new InvalidOperationException("An https listener has no certificate.")).Handshake());
                after?.Invoke(listen);
            }
        );
    }
}
