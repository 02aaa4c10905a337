using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Baselines;

/// <summary>Where each of a client's recent tokens was used: last from a network that is usual for it, and last from another.</summary>
internal sealed class TokenPlaces
{
    private const int Most = 64;

    private readonly Dictionary<string, Place> _tokens = new(StringComparer.Ordinal);

    /// <summary>Notes a use.</summary>
    /// <returns>The use elsewhere within a time before it; null: none.</returns>
    public TokenUse? Note(WatchEvent seen, bool isUsual, TimeSpan within)
    {
        if (seen.TokenHash.Length == 0)
        {
            return null;
        }

        if (!_tokens.TryGetValue(seen.TokenHash, out var place))
        {
            if (_tokens.Count >= Most)
            {
                _tokens.Remove(_tokens.MinBy(static pair => pair.Value.Last).Key);
            }

            _tokens[seen.TokenHash] = place = new Place();
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
internal sealed record TokenUse(Guid Record, string Network, DateTimeOffset At);
