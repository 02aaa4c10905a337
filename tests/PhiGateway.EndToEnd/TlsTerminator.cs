using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace PhiGateway.EndToEnd;

/// <summary>TLS in front of a server that has none: what comes is handed on as it is, in both directions.</summary>
internal sealed class TlsTerminator : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly X509Certificate2 _certificate;
    private readonly Uri _behind;
    private readonly Task _accepting;
    private int _connections;

    public TlsTerminator(TlsFiles files, Uri behind)
    {
        (_certificate, _behind) = (X509Certificate2.CreateFromPemFile(files.Certificate, files.Key), behind);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public string Origin => $"https://{_listener.LocalEndpoint}";

    /// <summary>How many connections were secured.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopped.Dispose();
        _certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await _listener.AcceptTcpClientAsync(_stopped.Token));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var owned = client;
        using var server = new TcpClient();
        try
        {
            await using var secured = new SslStream(client.GetStream());
            await secured.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = _certificate },
                _stopped.Token
            );
            Interlocked.Increment(ref _connections);
            await server.ConnectAsync(_behind.Host, _behind.Port, _stopped.Token);
            var plain = server.GetStream();
            await Task.WhenAny(secured.CopyToAsync(plain, _stopped.Token), plain.CopyToAsync(secured, _stopped.Token));
        }
        catch (Exception fault)
            when (fault is OperationCanceledException or IOException or SocketException or ObjectDisposedException
                || fault is System.Security.Authentication.AuthenticationException
            )
        {
            // Its end is seen by both sides.
        }
    }
}
