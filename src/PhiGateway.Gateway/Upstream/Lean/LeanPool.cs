using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Upstream.Lean;

/// <summary>
/// Holds the connections to one upstream address: lends one to each request of <see cref="LeanClient"/>, takes it back from the body, and
/// closes those that lie idle or wait too long for the upstream.
/// </summary>
/// <remarks>Thread-safe. One per destination address, for the life of the process.</remarks>
internal sealed class LeanPool : IDisposable
{
    // Shorter than the usual keep-alive of servers, so that a request seldom meets a connection that is just being closed.
    private const long IdleMilliseconds = 30_000;

    // Names are resolved anew at least so often.
    private const long LifeMilliseconds = 10 * 60_000;

    private const int MaxIdle = 512;

    // One upstream that answers slowly must not take the handles that the journal, the stores and other upstreams need.
    private const int LeastOpen = 16;
    private const int MostOpen = 4096;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly Stack<LeanConnection> _idle = new();
    private readonly ConcurrentDictionary<LeanConnection, byte> _open = new();
    private readonly Timer _sweep;
    private readonly int _most;
    private bool _disposed;
    private int _count;

    private readonly EgressConnector _connector;

    /// <param name="address">Scheme, host, port and base path of the destination.</param>
    /// <param name="connector">Opens connections to where it may be called.</param>
    /// <param name="most">Connections that may be open at once; 0: a quarter of the handles that the process may have.</param>
    public LeanPool(Uri address, EgressConnector connector, int most = 0)
    {
        (Address, _connector) = (address, connector);
        _most = most > 0 ? most : Math.Clamp(HandleLimit.Get() / 4, LeastOpen, MostOpen);
        Head = new RequestHead(address);
        _sweep = new Timer(static state => ((LeanPool)state!).Sweep(), this, SweepEvery, SweepEvery);
    }

    public Uri Address { get; }

    /// <summary>What is shown in handshakes; null: nothing.</summary>
    public UpstreamCertificate? Certificate { get; init; }

    /// <summary>Judges the upstream's certificate; null: the system's authorities do.</summary>
    public RemoteCertificateValidationCallback? Judge { get; init; }

    /// <summary>What every request to this address begins with.</summary>
    public RequestHead Head { get; }

    /// <summary>A connection that lay idle and is still good; null when there is none.</summary>
    public LeanConnection? TryTake()
    {
        while (true)
        {
            LeanConnection? connection;
            lock (_lock)
            {
                if (!_idle.TryPop(out connection))
                {
                    return null;
                }
            }

            // One that was opened with a certificate that was exchanged since is not used any more.
            if (ReferenceEquals(connection.Shown, Certificate?.Current) && connection.TryListen())
            {
                return connection;
            }

            connection.Dispose();
        }
    }

    /// <summary>
    /// Opens a new connection, with TLS where the address says so; throws for what goes wrong on the way, and where too many are open.
    /// </summary>
    public async ValueTask<LeanConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _count) > _most)
        {
            Interlocked.Decrement(ref _count);
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        }

        try
        {
            return await ConnectAsync(cancellationToken);
        }
        catch
        {
            Interlocked.Decrement(ref _count);
            throw;
        }
    }

    private async ValueTask<LeanConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = await _connector.ConnectAsync(new DnsEndPoint(Address.IdnHost, Address.Port), cancellationToken);
        Stream? secured = null;
        var shown = Certificate?.Current;
        try
        {
            if (Address.Scheme == Uri.UriSchemeHttps)
            {
                secured = await SecureAsync(socket, shown, cancellationToken);
            }

            var connection = new LeanConnection(this, socket, secured) { Shown = shown };
            _open.TryAdd(connection, 0);
            return connection;
        }
        catch
        {
            secured?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes a connection back that an answer was read from to its end.</summary>
    public void Return(LeanConnection connection)
    {
        var now = Environment.TickCount64;
        connection.IdleSince = now;
        var keeps = now - connection.Opened < LifeMilliseconds;
        lock (_lock)
        {
            keeps &= !_disposed && _idle.Count < MaxIdle;
            if (keeps)
            {
                _idle.Push(connection);
            }
        }

        if (!keeps)
        {
            connection.Dispose();
        }
    }

    /// <summary>A connection was closed.</summary>
    public void Forget(LeanConnection connection)
    {
        if (_open.TryRemove(connection, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        _sweep.Dispose();
        foreach (var connection in _open.Keys)
        {
            connection.Dispose();
        }
    }

    private async Task<Stream> SecureAsync(Socket socket, SslStreamCertificateContext? shown, CancellationToken cancellationToken)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = Address.IdnHost,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                EnabledSslProtocols = SslProtocols.None,
                ClientCertificateContext = shown,
                RemoteCertificateValidationCallback = Judge,
            },
            cancellationToken
        );
        return stream;
    }

    private void Sweep()
    {
        var now = Environment.TickCount64;
        foreach (var (connection, _) in _open)
        {
            connection.AbortIfLate(now);
        }

        // The stack's bottom lies idle longest: all are looked at, the good ones put back in their order.
        List<LeanConnection>? old = null;
        lock (_lock)
        {
            if (_idle.Count > 0 && now - _idle.Last().IdleSince > IdleMilliseconds)
            {
                var all = _idle.ToArray();
                _idle.Clear();
                for (var place = all.Length - 1; place >= 0; place--)
                {
                    if (now - all[place].IdleSince > IdleMilliseconds)
                    {
                        (old ??= []).Add(all[place]);
                    }
                    else
                    {
                        _idle.Push(all[place]);
                    }
                }
            }
        }

        old?.ForEach(static connection => connection.Dispose());
    }
}
