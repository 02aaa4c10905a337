using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Keeps for a minute what the records of a finished export name, so that each of its files that is held to that costs the upstream all the
/// others once; and what those of a <c>$everything</c> name, so that each page costs all the others once.
/// </summary>
/// <remarks>
/// Whoever asks says of what: of one token, one state of the registry and one question. Who asks the same while it is found out waits for it:
/// files are fetched side by side. Bounded by all names that are kept, an eighth of the memory budget at most; thread-safe.
/// </remarks>
/// <param name="held">The memory budget; nothing of it is taken.</param>
/// <param name="clock">Says when a minute is over.</param>
internal sealed class NamesMemory(HeldMemory held, TimeProvider clock)
{
    private const int Most = 512;
    private const int BytesOfOne = 64;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private readonly long _mostNames = held.Most / 8 / BytesOfOne;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Ends, NamedByLines Named)> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);
    private long _names;

    /// <summary>What is kept, or is found out now. Read only.</summary>
    /// <param name="key">Of what.</param>
    /// <param name="turn">Who says the same here waits for one another, and takes what the one before came to, a refusal as well.</param>
    /// <param name="find">Finds it out; what it throws is its caller's, and the next one begins anew.</param>
    /// <param name="cancellation">Ends the wait for another.</param>
    public async ValueTask<StageResult<NamedByLines>> FindAsync(
        string key,
        string turn,
        Func<ValueTask<StageResult<NamedByLines>>> find,
        CancellationToken cancellation
    )
    {
        if (Find(key) is { } known)
        {
            return known;
        }

        var (mine, before) = Enter(turn);
        try
        {
            await mine.Gate.WaitAsync(cancellation);
            try
            {
                if (mine.Rounds != before)
                {
                    return mine.Last;
                }

                var found = await find();
                if (found.Continues)
                {
                    Keep(key, found.Value);
                }

                (mine.Last, mine.Rounds) = (found, mine.Rounds + 1);
                return found;
            }
            finally
            {
                mine.Gate.Release();
            }
        }
        finally
        {
            Leave(turn, mine);
        }
    }

    private NamedByLines? Find(string key)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            return _kept.TryGetValue(key, out var kept) && now < kept.Ends ? kept.Named : null;
        }
    }

    // Where there is no room any more, what ends first is forgotten. From here on: to find it out may have taken longer than it is kept.
    private void Keep(string key, NamedByLines named)
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            Forget(key);
            foreach (var ended in _kept.Where(one => one.Value.Ends <= now).Select(static one => one.Key).ToList())
            {
                Forget(ended);
            }

            if (named.Count > _mostNames)
            {
                return;
            }

            while (_kept.Count >= Most || _names + named.Count > _mostNames)
            {
                Forget(_kept.MinBy(static one => one.Value.Ends).Key);
            }

            _kept[key] = (now + Life, named);
            _names += named.Count;
        }
    }

    private void Forget(string key)
    {
        if (_kept.Remove(key, out var gone))
        {
            _names -= gone.Named.Count;
        }
    }

    private (Turn Mine, int Before) Enter(string name)
    {
        lock (_lock)
        {
            if (!_turns.TryGetValue(name, out var turn))
            {
                _turns[name] = turn = new Turn();
            }

            turn.Takers++;
            return (turn, turn.Rounds);
        }
    }

    private void Leave(string name, Turn turn)
    {
        lock (_lock)
        {
            if (--turn.Takers == 0)
            {
                _turns.Remove(name);
                turn.Gate.Dispose();
            }
        }
    }

    // One question that is looked into now.
    private sealed class Turn
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Takers { get; set; }

        // How often an answer was come to, and the last one.
        public int Rounds { get; set; }

        public StageResult<NamedByLines> Last { get; set; }
    }
}
