using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Baselines;

/// <summary>How often a client uses tokens that are not its newest, and when the newest was issued; bounded, not kept over restarts.</summary>
internal sealed class TokensInUse
{
    private const int Most = 64;

    private readonly Dictionary<ulong, (int Calls, DateTimeOffset Last)> _older = [];

    /// <summary>When the newest was issued of those that were seen.</summary>
    public DateTimeOffset NewestIssue { get; private set; }

    /// <summary>The last uses of others.</summary>
    public RecordRing Records { get; } = new();

    /// <summary>Notes a use.</summary>
    public void Note(WatchEvent seen)
    {
        if (seen.TokenIssuedAt is not { } issued || seen.TokenHash.Length == 0)
        {
            return;
        }

        if (issued >= NewestIssue)
        {
            NewestIssue = issued;
            return;
        }

        var token = StableHash.Of(seen.TokenHash);
        if (_older.Count >= Most && !_older.ContainsKey(token))
        {
            _older.Remove(_older.MinBy(static pair => pair.Value.Last).Key);
        }

        var before = _older.GetValueOrDefault(token);
        _older[token] = (Math.Min(before.Calls, int.MaxValue - 1) + 1, seen.Time);
        Records.Add(seen.Id);
    }

    /// <summary>How often one was used after a newer one had been seen.</summary>
    public int CallsOf(string token) => _older.GetValueOrDefault(StableHash.Of(token)).Calls;
}
