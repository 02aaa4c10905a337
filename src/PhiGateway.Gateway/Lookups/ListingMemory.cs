using System.Security.Cryptography;
using System.Text;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Keeps for a minute what the many parts of one manifest list, so that each file of an export costs the upstream the first part and not all of
/// them again. Used by <see cref="ExportListings"/>.
/// </summary>
/// <remarks>Of one route, one place and one content of the first part. Bounded by manifests and by files; thread-safe.</remarks>
internal sealed class ListingMemory
{
    private const int Most = 64;
    private const int MostFiles = 200_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (DateTimeOffset Ends, ExportListing Listing)> _kept = new(StringComparer.Ordinal);
    private int _files;

    /// <summary>Under what a listing is kept.</summary>
    public static string KeyOf(GatewayExchange exchange, ReadOnlyMemory<byte> first)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{exchange.Ingressed.Route.RouteId}\n{exchange.Understood.Handle.Page.Place}\n"));
        hash.AppendData(first.Span);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>What was listed; null: nothing is known, or not any more. Read only.</summary>
    public ExportListing? Find(string key, DateTimeOffset now)
    {
        lock (_lock)
        {
            return _kept.TryGetValue(key, out var kept) && now < kept.Ends ? kept.Listing : null;
        }
    }

    /// <summary>Keeps what was listed whole; where there is no room any more, what was kept before is forgotten.</summary>
    public void Keep(string key, DateTimeOffset now, ExportListing listing)
    {
        if (listing.Files.Count > MostFiles)
        {
            return;
        }

        lock (_lock)
        {
            if (_kept.Count >= Most || _files + listing.Files.Count > MostFiles)
            {
                _kept.Clear();
                _files = 0;
            }

            if (_kept.TryAdd(key, (now + Life, listing)))
            {
                _files += listing.Files.Count;
            }
            else
            {
                // Those of the same first part list as much, or nearly.
                _kept[key] = (now + Life, listing);
            }
        }
    }
}
