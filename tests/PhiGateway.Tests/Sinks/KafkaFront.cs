using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace PhiGateway.Tests.Sinks;

/// <summary>
/// Stands in front of a broker on loopback, as a load balancer with TLS would: what the broker says of where it is names this place. It can
/// be away for a while.
/// </summary>
/// <param name="broker">The broker's port.</param>
/// <param name="certificate">What is shown in handshakes; null: no TLS.</param>
/// <param name="isNamed">Whether it puts itself in the broker's place; otherwise clients are told of the broker itself.</param>
internal sealed class KafkaFront : IAsyncDisposable
{
    private static readonly byte[] Host = "127.0.0.1"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpClient> _open = [];
    private readonly int _broker;
    private readonly X509Certificate2? _certificate;
    private readonly bool _isNamed;
    private readonly Task _accepting;
    private bool _isDown;

    public KafkaFront(int broker, X509Certificate2? certificate = null, bool isNamed = true)
    {
        (_broker, _certificate, _isNamed) = (broker, certificate, isNamed);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"{(_certificate is null ? "tcp" : "tls")}://127.0.0.1:{Port}";

    /// <summary>Cuts what is open and takes nothing until it is told otherwise.</summary>
    public void Down(bool isDown)
    {
        lock (_open)
        {
            _isDown = isDown;
            _open.ForEach(static one => one.Dispose());
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Down(true);
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            lock (_open)
            {
                if (_isDown)
                {
                    client.Dispose();
                    continue;
                }

                _open.Add(client);
            }

            _ = CarryAsync(client);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using var held = client;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _broker, _stop.Token);
            client.NoDelay = server.NoDelay = true;
            Stream near = client.GetStream();
            if (_certificate is not null)
            {
                var secure = new SslStream(near);
                await secure.AuthenticateAsServerAsync(_certificate);
                near = secure;
            }

            await Task.WhenAny(PumpAsync(near, server.GetStream(), false), PumpAsync(server.GetStream(), near, _isNamed));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two ends has gone.
        }
        catch (System.Security.Authentication.AuthenticationException)
        {
            // Who called does not trust the certificate.
        }
    }

    private async Task PumpAsync(Stream from, Stream to, bool isAnswer)
    {
        var buffer = new byte[1 << 20];
        while (await from.ReadAsync(buffer, _stop.Token) is var read and > 0)
        {
            if (isAnswer)
            {
                Rename(buffer.AsSpan(0, read));
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }

    // A broker's host is a text, and behind it stands its port in four bytes.
    private void Rename(Span<byte> answer)
    {
        for (var at = 0; answer[at..].IndexOf(Host) is var next and >= 0; )
        {
            at += next + Host.Length;
            if (answer.Length >= at + 4 && BinaryPrimitives.ReadInt32BigEndian(answer[at..]) == _broker)
            {
                BinaryPrimitives.WriteInt32BigEndian(answer[at..], Port);
            }
        }
    }
}
