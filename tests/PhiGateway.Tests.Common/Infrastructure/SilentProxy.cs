using System.Net;
using System.Net.Sockets;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>
/// A way to a server on loopback that can fall silent as a firewall does: connections that are open stay so and carry nothing any more, new
/// ones pass. Counts the round trips.
/// </summary>
internal sealed class SilentProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private int _generation;
    private int _trips;
    private volatile bool _lastWasAnswer = true;

    public SilentProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Questions that followed an answer, since the last <see cref="Count"/>.</summary>
    public int Trips => Volatile.Read(ref _trips);

    /// <summary>Completes when a silent connection was asked something.</summary>
    public TaskCompletionSource Unheard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Count() => Volatile.Write(ref _trips, 0);

    public void Silence() => Interlocked.Increment(ref _generation);

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
            _ = CarryAsync(client, Volatile.Read(ref _generation));
        }
    }

    private async Task CarryAsync(TcpClient client, int generation)
    {
        using var server = new TcpClient();
        using var held = client;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            client.NoDelay = server.NoDelay = true;
            await Task.WhenAny(
                PumpAsync(client.GetStream(), server.GetStream(), generation, isQuestion: true),
                PumpAsync(server.GetStream(), client.GetStream(), generation, isQuestion: false)
            );
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One of the two ends has gone.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, int generation, bool isQuestion)
    {
        var buffer = new byte[65536];
        while (await from.ReadAsync(buffer, _stop.Token) is var read and > 0)
        {
            if (generation != Volatile.Read(ref _generation))
            {
                Unheard.TrySetResult();
                continue;
            }

            if (isQuestion && _lastWasAnswer)
            {
                Interlocked.Increment(ref _trips);
            }

            _lastWasAnswer = !isQuestion;
            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
