namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Counts what each client takes of something beside its calls, such as tokens: by the same measure, and apart from them. Held by whoever
/// stands at that door.
/// </summary>
/// <remarks>Thread-safe. As many counts as clients that came in the last hours; each node counts for itself.</remarks>
/// <param name="clock">The clock.</param>
/// <param name="exhausted">Told of each time that there was no room.</param>
internal sealed class ClientRoom(TimeProvider clock, Action exhausted)
{
    // Nobody waits for as long as that.
    private static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    private readonly GateSet<RoomGate> _gates = new(static _ => new RoomGate());
    private readonly long _started = clock.GetTimestamp();
    private long _swept;

    /// <summary>How many counts there are.</summary>
    public int Count => _gates.All.Count();

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

    private RoomGate GateOf(string client)
    {
        var hour = clock.GetElapsedTime(_started).Ticks / SweepEvery.Ticks;
        var swept = Interlocked.Read(ref _swept);
        if (hour > swept && Interlocked.CompareExchange(ref _swept, hour, swept) == swept)
        {
            _gates.Sweep(static _ => true);
        }

        return _gates.Of(client);
    }

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
