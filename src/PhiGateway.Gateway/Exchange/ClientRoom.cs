using System.Collections.Concurrent;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts what each client takes of something beside its calls, such as tokens: by the same measure, and apart from them. Held by whoever
/// stands at that door.
/// </summary>
/// <remarks>Thread-safe. As many counts as clients that are registered; each node counts for itself.</remarks>
/// <param name="clock">The clock.</param>
/// <param name="exhausted">Told of each time that there was no room.</param>
internal sealed class ClientRoom(TimeProvider clock, Action exhausted)
{
    private readonly ConcurrentDictionary<string, RoomGate> _gates = new(StringComparer.Ordinal);
    private readonly long _started = clock.GetTimestamp();

    /// <summary>How long a client must wait; zero: it need not. Takes nothing.</summary>
    public TimeSpan WaitOf(string client, int perSecond) => Told(GateOf(client).WaitAtRate(perSecond, clock.GetElapsedTime(_started)));

    /// <summary>Takes one request of a client; how long it must wait where there is no room, else zero.</summary>
    public TimeSpan Take(string client, int perSecond) => Told(GateOf(client).Conform(perSecond, clock.GetElapsedTime(_started)));

    /// <summary>Takes a place among the client's requests at once; null: there is none.</summary>
    public IDisposable? Enter(string client, int concurrency)
    {
        var gate = GateOf(client);
        if (gate.TryEnter(concurrency))
        {
            return new RoomPlace(gate);
        }

        exhausted();
        return null;
    }

    private RoomGate GateOf(string client) => _gates.GetOrAdd(client, static _ => new RoomGate());

    private TimeSpan Told(TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
        {
            exhausted();
        }

        return wait;
    }

    private sealed class RoomGate : RequestGate;

    private sealed class RoomPlace(RoomGate gate) : IDisposable
    {
        private int _isGivenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGivenBack, 1) == 0)
            {
                gate.Leave();
            }
        }
    }
}
