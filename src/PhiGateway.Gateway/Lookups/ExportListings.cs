using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Reads the manifest of a finished export with all the parts that follow it, where anything may be withheld: how many parts there are would
/// tell how much was written that does not leave.
/// </summary>
/// <remarks>
/// An export in more parts than <see cref="LimitOptions.ExportParts"/>, or in parts that are larger together than one answer may be, is
/// refused: a manifest without its end would be taken for all of it.
/// </remarks>
internal sealed class ExportListings(Fetch fetch, HandleIssuer handles, ListingMemory memory, GatewayOptions options)
{
    private const string Detail = "export-parts";

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

        if (listing.Next is null)
        {
            listing.End();
            return listing;
        }

        var key = ListingMemory.KeyOf(exchange, first);
        if (memory.Find(key, exchange.Now) is { } known)
        {
            return known;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal) { exchange.Understood.Handle.Page.Place };
        long bytes = first.Length;
        while (listing.Next is { } next)
        {
            if (handles.FindPlace(exchange, next) is not { } place)
            {
                listing.IsIncomplete = true;
                break;
            }

            if (!seen.Add(place))
            {
                break;
            }

            if (seen.Count > options.Limits.ExportParts || bytes > options.Limits.MaxAnswer)
            {
                return StageResult.Refuse(DenyReason.AnswerTooLarge, Detail);
            }

            using var fetched = await fetch.ReadAsync(exchange, Continuation.CallTo(place));
            switch (fetched)
            {
                case Fetched.Found { IsReadable: true } found when listing.TryAdd(found.Body):
                    bytes += found.Body.Length;
                    break;
                case Fetched.Failed failed:
                    return StageResult.Refuse(failed.Reason, "manifest");
                default:
                    return Unreadable;
            }
        }

        listing.End();
        if (!listing.IsIncomplete)
        {
            memory.Keep(key, exchange.Now, listing);
        }

        return listing;
    }

    private static StageResult Unreadable => StageResult.Refuse(DenyReason.UnreadableAnswer, "manifest");
}
