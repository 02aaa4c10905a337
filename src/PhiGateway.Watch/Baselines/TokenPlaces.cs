using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Baselines;

/// <summary>Where each of a client's recent tokens was used: last from a network that is usual for it, and last from another.</summary>
internal sealed class TokenPlaces
{
    private const int Most = 64;

    private readonly Dictionary<ulong, Place> _tokens = [];

    /// <summary>Notes a use.</summary>
    /// <returns>The use elsewhere within a time before it; null: none.</returns>
    public TokenUse? Note(WatchEvent seen, bool isUsual, TimeSpan within)
    {
        if (seen.TokenHash.Length == 0)
        {
            return null;
        }

        // Of SHA-256, of which a part tells as much apart.
        var token = StableHash.Of(seen.TokenHash);
        if (!_tokens.TryGetValue(token, out var place))
        {
            MakeRoom(seen.Time, within);
            _tokens[token] = place = new Place();
        }

        var other = isUsual ? place.Unusual : place.Usual;
        var use = new TokenUse(seen.Id, seen.Network, seen.Time);
        if (isUsual)
        {
            place.Usual = use;
        }
        else
        {
            place.Unusual = use;
        }

        place.Last = seen.Time;
        return other is { } found && seen.Time - found.At <= within && found.Network != seen.Network ? found : null;
    }

    // What was not used within the time says nothing any more.
    private void MakeRoom(DateTimeOffset now, TimeSpan within)
    {
        foreach (var (token, place) in _tokens)
        {
            if (now - place.Last > within)
            {
                _tokens.Remove(token);
            }
        }

        if (_tokens.Count >= Most)
        {
            _tokens.Remove(_tokens.MinBy(static pair => pair.Value.Last).Key);
        }
    }

    private sealed class Place
    {
        public TokenUse? Usual { get; set; }

        public TokenUse? Unusual { get; set; }

        public DateTimeOffset Last { get; set; }
    }
}

/// <summary>One use of a token.</summary>
/// <param name="Record">Its record.</param>
/// <param name="Network">From where.</param>
/// <param name="At">When.</param>
internal readonly record struct TokenUse(Guid Record, string Network, DateTimeOffset At);
