using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>A server on loopback that answers each request with the bytes it is told, whatever they are; counts connections and requests.</summary>
/// <param name="answers">From the number of the connection and of the request on it (both from zero) to the bytes; null: closes without a word.</param>
internal sealed class RawUpstream : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Func<int, int, string?> _answers;
    private int _connections;
    private int _pieces;

    public RawUpstream(Func<int, int, string?> answers)
    {
        _answers = answers;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"{(Certificate is null ? "http" : "https")}://{_listener.LocalEndpoint}/r4/";

    /// <summary>Shows this one in a handshake; null: no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>How many pieces it has sent.</summary>
    public int Pieces => Volatile.Read(ref _pieces);

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Heads of the requests in the order in which they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>How long it waits after each piece.</summary>
    public TimeSpan Between { get; init; }

    /// <summary>Whether it closes after each answer.</summary>
    public bool ClosesAfterwards { get; init; }

    public void Dispose()
    {
        _stopped.Cancel();
        _listener.Dispose();
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopped.Token);
                _ = ServeAsync(client, Interlocked.Increment(ref _connections) - 1);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private async Task ServeAsync(TcpClient client, int connection)
    {
        using var owned = client;
        try
        {
            await using var stream = await OpenAsync(client.GetStream());
            var buffer = new byte[64 * 1024];
            for (var request = 0; ; request++)
            {
                var text = string.Empty;
                while (!text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    var read = await stream.ReadAsync(buffer, _stopped.Token);
                    if (read == 0)
                    {
                        return;
                    }

                    text += Encoding.Latin1.GetString(buffer, 0, read);
                }

                Requests.Enqueue(text);
                if (_answers(connection, request) is not { } answer)
                {
                    return;
                }

                // In pieces where it says so: a reader that takes what has arrived for all there is fails.
                foreach (var piece in answer.Split('\u2026'))
                {
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(piece), _stopped.Token);
                    await stream.FlushAsync(_stopped.Token);
                    Interlocked.Increment(ref _pieces);
                    await Task.Delay(Between, _stopped.Token);
                }

                if (ClosesAfterwards)
                {
                    return;
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException or ObjectDisposedException) { }
    }

    private async Task<Stream> OpenAsync(NetworkStream wire)
    {
        if (Certificate is null)
        {
            return wire;
        }

        var secured = new SslStream(wire);
        await secured.AuthenticateAsServerAsync(Certificate);
        return secured;
    }
}
