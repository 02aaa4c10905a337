using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Baselines;

/// <summary>For which reasons a client was refused on this day, and how often; made for those that are.</summary>
/// <remarks>
/// Neither what is no fault of the client's, such as a server that is away, nor that it was too fast: of both a whole house has much on one day.
/// </remarks>
internal sealed class RefusedToday
{
    private const int Most = 24;

    private readonly List<(string Reason, int Times)> _reasons = [];

    public IReadOnlyList<(string Reason, int Times)> Reasons => _reasons;

    /// <summary>How many calls.</summary>
    public int Calls { get; private set; }

    public RecordRing Records { get; } = new();

    /// <summary>Whether a refusal is one of those that count.</summary>
    public static bool Counts(WatchEvent seen) =>
        seen is { Kind: WatchKind.Refusal, Reason: not null, Status: >= 400 and < 500 and not 429 };

    public void Note(WatchEvent refused)
    {
        Calls += Calls < int.MaxValue ? 1 : 0;
        Records.Add(refused.Id);
        for (var place = 0; place < _reasons.Count; place++)
        {
            if (_reasons[place].Reason == refused.Reason)
            {
                _reasons[place] = (_reasons[place].Reason, _reasons[place].Times + 1);
                return;
            }
        }

        if (_reasons.Count < Most)
        {
            _reasons.Add((refused.Reason!, 1));
        }
    }
}
