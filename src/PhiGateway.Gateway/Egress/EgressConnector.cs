using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Gateway.Egress;

/// <summary>
/// Opens every connection that leaves this process: resolves the name itself and calls only what <see cref="EgressPolicy"/> allows, so
/// that a name that leads elsewhere today than at start leads nowhere. Thread-safe.
/// </summary>
/// <param name="policy">Which addresses may be called.</param>
/// <param name="resolve">Finds the addresses of a name; null: DNS.</param>
internal sealed class EgressConnector(EgressPolicy policy, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>Connects to a host that the configuration, or a document of an issuer, names.</summary>
    /// <exception cref="EgressRefusedException">No address of the host may be called.</exception>
    /// <exception cref="SocketException">None of them could be reached, or the name could not be resolved.</exception>
    public async ValueTask<Socket> ConnectAsync(DnsEndPoint place, CancellationToken cancellationToken)
    {
        var addresses = await FindAsync(place.Host, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, place.Port, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The same in the form that <see cref="SocketsHttpHandler.ConnectCallback"/> takes.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        new NetworkStream(await ConnectAsync(context.DnsEndPoint, cancellationToken), ownsSocket: true);

    private async ValueTask<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        var isLiteral = EgressPolicy.TryLiteral(host, out var literal);
        // localhost is asked for too: it may be ::1 only.
        IPAddress[] found =
            isLiteral && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                ? [literal]
                : await _resolve(host, cancellationToken);
        var allowed = Array.FindAll(found, address => policy.Allows(address, isLiteral));
        return allowed.Length > 0 ? allowed : throw new EgressRefusedException();
    }
}
