using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Looks up what the chains of a search walk over, link by link, as searches of the same client: decided, narrowed, and judged record by
/// record. What the client may not see is not walked over.
/// </summary>
internal sealed class WalkSearch(JudgedSearch searches, GatewayOptions options)
{
    /// <summary>The search as it may go upstream: itself, or with what was found in the place of its chains.</summary>
    /// <param name="exchange">The client's request; its budget of searches is drawn on.</param>
    /// <param name="search">The client's search, or one that its write hangs on.</param>
    /// <param name="permit">The search's permit.</param>
    public ValueTask<WalkedSearch> ResolveAsync(GatewayExchange exchange, FhirRequest search, Permit permit) =>
        UpstreamCallFactory.ResolvesWalks(permit) && WalkReader.HasWalks(search)
            ? LookUpAsync(exchange, search)
            : new(new WalkedSearch(search, null));

    private async ValueTask<WalkedSearch> LookUpAsync(GatewayExchange exchange, FhirRequest search)
    {
        var walks = WalkReader.Read(search, exchange.Route!.Language, options.Limits.WalkedRecords);
        foreach (var walk in walks)
        {
            foreach (var inner in walk.Searches)
            {
                if (await FindAsync(exchange, walk, inner) is { } refusal)
                {
                    return WalkedSearch.Refused(refusal);
                }
            }

            if (walk.Count > options.Limits.WalkedRecords)
            {
                return WalkedSearch.Refused(DenyReason.ChainTooBroad);
            }
        }

        var replaced = WalkReader.Replace(search, walks, out var added);
        return new WalkedSearch(replaced, null) { Added = added };
    }

    private async ValueTask<DenyReason?> FindAsync(GatewayExchange exchange, Walk walk, FhirRequest inner)
    {
        var counter = exchange.Bundle ?? exchange;
        if (counter.WalkedSearches++ >= options.Limits.WalkedSearches)
        {
            return DenyReason.ChainTooBroad;
        }

        switch (DecisionMaker.Ask(exchange, inner.Parts))
        {
            case Deny deny:
                return deny.Reason;
            case Permit permit when Obligations.AreKnown(permit.Obligations):
                var walked = await ResolveAsync(exchange, inner, permit);
                if (walked.Search is not { } plain)
                {
                    return walked.Refusal;
                }

                var (refusal, hasMore) = await searches.RunAsync(
                    exchange,
                    plain,
                    permit,
                    (found, answer) =>
                    {
                        walk.Add(inner, found, answer);
                        return walk.Count <= options.Limits.WalkedRecords;
                    }
                );

                // Where some of what could be walked over was not looked at, nobody knows what the chain means.
                return refusal ?? (hasMore ? DenyReason.ChainTooBroad : null);
            default:
                return DenyReason.Faulted;
        }
    }
}

/// <summary>A search whose chains were looked up.</summary>
/// <param name="Search">It, without them; null: it may not go upstream.</param>
/// <param name="Refusal">Why not.</param>
internal sealed record WalkedSearch(FhirRequest? Search, DenyReason? Refusal)
{
    /// <summary>What stands in the place of the chains, which the client's own self link does not show.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Added { get; init; } = [];

    public static WalkedSearch Refused(DenyReason reason) => new(null, reason);
}
