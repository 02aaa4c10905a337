using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>
/// A way to a server on loopback that breaks each connection after a number of bytes, in whichever direction, as a network does: in the middle
/// of what is sent, or after the server has done it and before its answer has arrived.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Func<(int Questions, int Answers)> _lengths;
    private readonly Task _accepting;
    private int _cuts;

    /// <param name="target">Port of the server.</param>
    /// <param name="lengths">Of the next connection: after how many bytes of questions, or of answers, it breaks.</param>
    public CuttingProxy(int target, Func<(int Questions, int Answers)> lengths)
    {
        (_target, _lengths) = (target, lengths);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections that were broken.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = CarryAsync(client, _lengths());
        }
    }

    private async Task CarryAsync(TcpClient client, (int Questions, int Answers) lengths)
    {
        using var server = new TcpClient();
        using var held = client;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            client.NoDelay = server.NoDelay = true;
            var ended = await Task.WhenAny(
                PumpAsync(client.GetStream(), server.GetStream(), lengths.Questions),
                PumpAsync(server.GetStream(), client.GetStream(), lengths.Answers)
            );
            if (await ended)
            {
                // With a reset, as a broken way gives it.
                client.LingerState = server.LingerState = new LingerOption(enable: true, seconds: 0);
                Interlocked.Increment(ref _cuts);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One of the two ends has gone.
        }
    }

    // True: it was cut.
    private async Task<bool> PumpAsync(NetworkStream from, NetworkStream to, int most)
    {
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, _stop.Token) is var read and > 0)
        {
            var passes = Math.Min(read, most);
            await to.WriteAsync(buffer.AsMemory(0, passes), _stop.Token);
            most -= passes;
            if (most == 0)
            {
                return true;
            }
        }

        return false;
    }
}
