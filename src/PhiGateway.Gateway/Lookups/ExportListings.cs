using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Reads the manifest of a finished export with all the parts that follow it, where anything may be withheld: how many parts there are would
/// tell how much was written that does not leave.
/// </summary>
internal sealed class ExportListings(Fetch fetch, HandleIssuer handles)
{
    private const int MostParts = 50;

    /// <summary>What is listed, or why it cannot be said now.</summary>
    /// <param name="exchange">The poll, or the read of a file that it named.</param>
    /// <param name="first">The first part.</param>
    public async ValueTask<StageResult<ExportListing>> ReadAsync(GatewayExchange exchange, ReadOnlyMemory<byte> first)
    {
        var listing = new ExportListing();
        if (!listing.TryAdd(first))
        {
            return Unreadable;
        }

        // Whoever reads a list that was named reads all of it, also when nothing of it is withheld any more.
        if (!UpstreamCallFactory.Withholds(exchange.Permit) && exchange.Understood.Handle.Listed is null)
        {
            return listing;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal) { exchange.Understood.Handle.Page.Place };
        while (listing.Next is { } next)
        {
            var place = handles.FindPlace(exchange, next);
            if (place is null || (!seen.Contains(place) && seen.Count == MostParts))
            {
                listing.IsIncomplete = true;
                break;
            }

            if (!seen.Add(place))
            {
                break;
            }

            using var fetched = await fetch.ReadAsync(exchange, Continuation.CallTo(place));
            switch (fetched)
            {
                case Fetched.Found { IsReadable: true } found when listing.TryAdd(found.Body):
                    break;
                case Fetched.Failed failed:
                    return StageResult.Refuse(failed.Reason, "manifest");
                default:
                    return Unreadable;
            }
        }

        listing.End();
        return listing;
    }

    private static StageResult Unreadable => StageResult.Refuse(DenyReason.UnreadableAnswer, "manifest");
}
