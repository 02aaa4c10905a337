using System.Net.Security;

namespace PhiGateway.Identity.Common;

/// <summary>
/// Makes the client for addresses that are configured and belong to somebody else: no redirects, no proxy, no cookies, bounded in size and
/// time. Used for keys, introspection, signals and signing.
/// </summary>
public static class PinnedClient
{
    /// <summary>Makes one; whoever made it disposes of it.</summary>
    /// <param name="connectTimeout">How long a connection may take.</param>
    /// <param name="timeout">How long a whole answer may take.</param>
    /// <param name="mostBytes">Bytes of the largest answer that is taken.</param>
    /// <param name="connect">Opens the connections, by the host's own rules; null: as the runtime does.</param>
    /// <param name="tls">Which authorities it believes and what it shows them; null: as the runtime does.</param>
    public static HttpClient Create(
        TimeSpan connectTimeout,
        TimeSpan timeout,
        int mostBytes,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect,
        SslClientAuthenticationOptions? tls = null
    )
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = connectTimeout,
            // DNS changes are followed.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = connect,
            SslOptions = tls ?? new(),
        };
        return new HttpClient(handler) { Timeout = timeout, MaxResponseContentBufferSize = mostBytes };
    }
}
