using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Keeps for a minute which lists of a finished export show anything, so that a client that polls on costs the upstream its manifest and no
/// more. Used by <see cref="ShownFiles"/>.
/// </summary>
/// <remarks>Of one token, one state of the registry and one content of the manifests. Bounded; thread-safe.</remarks>
internal sealed class ShownMemory
{
    private const int Most = 512;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Ends, FrozenSet<ExportedList> Shown)> _kept = new(StringComparer.Ordinal);

    /// <summary>Under what the answer is kept: whatever it hangs on.</summary>
    public static string KeyOf(GatewayExchange exchange, ExportListing listing)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, exchange.Ingressed.Route.RouteId);
        Add(hash, exchange.Identified.Caller.TokenHash);
        Add(hash, exchange.Snapshot.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add(hash, exchange.Understood.Handle.Original.Target);
        hash.AppendData(exchange.Understood.Handle.Original.Body.Span);
        foreach (var (list, url) in listing.Files)
        {
            Add(hash, list.PlaceIn(url));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>What was found; null: nothing is known, or not any more.</summary>
    public FrozenSet<ExportedList>? Find(string key, DateTimeOffset now)
    {
        lock (_lock)
        {
            return _kept.TryGetValue(key, out var kept) && now < kept.Ends ? kept.Shown : null;
        }
    }

    /// <summary>Keeps what was found; where there is no room any more, what was kept before is forgotten.</summary>
    public void Keep(string key, DateTimeOffset now, IReadOnlySet<ExportedList> shown)
    {
        lock (_lock)
        {
            if (_kept.Count >= Most)
            {
                _kept.Clear();
            }

            _kept[key] = (now + Life, shown.ToFrozenSet());
        }
    }

    // Each text ends where no text goes on.
    private static void Add(IncrementalHash hash, string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        hash.AppendData("\0"u8);
    }
}
