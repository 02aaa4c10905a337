using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Baselines;

/// <summary>What a client was refused within a day: how many different things, of the reasons that are asked for; bounded.</summary>
internal sealed class RecentRefusals
{
    private const int Most = 64;
    private const int MostCalls = 256;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly Dictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);
    private readonly Queue<DateTimeOffset> _calls = new();

    public RecordRing Records { get; } = new();

    /// <summary>How often within a day, the same thing counted again; beyond a few hundred no more are counted.</summary>
    public int Calls => _calls.Count;

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

        while (_calls.Count >= MostCalls || (_calls.TryPeek(out var first) && refused.Time - first > Day))
        {
            _calls.Dequeue();
        }

        _calls.Enqueue(refused.Time);
        if (_seen.Count < Most)
        {
            _seen[thing] = refused.Time;
        }

        Records.Add(refused.Id);
    }
}
