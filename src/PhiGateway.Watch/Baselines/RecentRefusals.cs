using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Baselines;

/// <summary>What a client was refused within a day: how many different things, of the reasons that are asked for; bounded.</summary>
internal sealed class RecentRefusals
{
    private const int Most = 64;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    public RecordRing Records { get; } = new();

    /// <summary>How often within a day, the same thing counted again.</summary>
    public int Calls { get; private set; }

    /// <summary>How many different things within a day.</summary>
    public int Different => _seen.Count;

    public IReadOnlyCollection<string> Things => _seen.Keys;

    /// <summary>Notes a refusal of something.</summary>
    public void Note(WatchEvent refused, string thing)
    {
        foreach (var (known, at) in _seen)
        {
            if (refused.Time - at > Day)
            {
                _seen.Remove(known);
            }
        }

        Calls = _seen.Count == 0 ? 1 : Calls + 1;
        if (_seen.Count < Most)
        {
            _seen[thing] = refused.Time;
        }

        Records.Add(refused.Id);
    }
}
