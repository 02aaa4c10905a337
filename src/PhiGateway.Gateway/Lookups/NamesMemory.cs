using PhiGateway.Fhir.Answers.Streaming;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Keeps for a minute what the records of a finished export name, so that each of its files that is held to that costs the upstream all the
/// others once; and what those of a <c>$everything</c> name, so that each page costs all the others once.
/// </summary>
/// <remarks>Whoever asks says of what: of one token, one state of the registry and one question. Bounded; thread-safe.</remarks>
internal sealed class NamesMemory
{
    private const int Most = 32;
    private const int MostNames = 50_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Ends, NamedByLines Named)> _kept = new(StringComparer.Ordinal);

    /// <summary>What was found; null: nothing is known, or not any more. Read only.</summary>
    public NamedByLines? Find(string key, DateTimeOffset now)
    {
        lock (_lock)
        {
            return _kept.TryGetValue(key, out var kept) && now < kept.Ends ? kept.Named : null;
        }
    }

    /// <summary>Keeps what was found unless it is very much; where there is no room any more, what ends first is forgotten.</summary>
    public void Keep(string key, DateTimeOffset now, NamedByLines named)
    {
        if (named.Count > MostNames)
        {
            return;
        }

        lock (_lock)
        {
            if (_kept.Count >= Most && !_kept.ContainsKey(key))
            {
                _kept.Remove(_kept.MinBy(static one => one.Value.Ends).Key);
            }

            _kept[key] = (now + Life, named);
        }
    }
}
