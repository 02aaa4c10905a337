using PhiGateway.Fhir.Answers;
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
    private const string Detail = "chain";

    /// <summary>A permitted request as it may go upstream: itself, or with what was found in the place of its chains.</summary>
    public async ValueTask<StageResult<Settled>> SettleAsync(GatewayExchange exchange, Permit permit)
    {
        var walked = await ResolveAsync(exchange, exchange.Request, permit);
        return walked.Continues ? new Settled(permit) { Request = walked.Value.Search, Walked = walked.Value.Added } : walked.Result;
    }

    /// <summary>Whether a permitted request has chains that must be looked up before it goes; not behind a handle, which goes on elsewhere.</summary>
    public static bool IsNeeded(GatewayExchange exchange, Permit permit) =>
        UpstreamCallFactory.ResolvesWalks(permit)
        && exchange.Understood.Continuation is null or { IsStart: true }
        && WalkReader.HasWalks(exchange.Request);

    /// <summary>A search without chains: itself, or with what was found in their place.</summary>
    /// <param name="exchange">The client's request; its budget of searches is drawn on.</param>
    /// <param name="search">The client's search, or one that its write hangs on.</param>
    /// <param name="permit">The search's permit.</param>
    public ValueTask<StageResult<WalkedSearch>> ResolveAsync(GatewayExchange exchange, FhirRequest search, Permit permit) =>
        UpstreamCallFactory.ResolvesWalks(permit) && WalkReader.HasWalks(search)
            ? LookUpAsync(exchange, search)
            : new(new WalkedSearch(search, []));

    private async ValueTask<StageResult<WalkedSearch>> LookUpAsync(GatewayExchange exchange, FhirRequest search)
    {
        var walks = WalkReader.Read(search, exchange.Ingressed.Route.Language, options.Limits.WalkedRecords);
        foreach (var walk in walks)
        {
            var isOpen = false;
            var refused = StageResult.Continue;
            foreach (var inner in walk.Searches)
            {
                var decided = DecisionMaker.Decide(exchange, inner.Parts);
                if (!decided.Continues)
                {
                    refused = decided.Result;
                    continue;
                }

                isOpen = true;
                var found = await FindAsync(exchange, walk, inner, decided.Value);
                if (!found.Continues)
                {
                    return found;
                }
            }

            // A chain to several types is walked over those that this client may search: what it may not see is not there.
            if (!isOpen && !refused.Continues)
            {
                return refused;
            }

            if (walk.Count > options.Limits.WalkedRecords)
            {
                return StageResult.Refuse(DenyReason.ChainTooBroad, "walked-records");
            }
        }

        var replaced = WalkReader.Replace(search, walks, out var added);
        return new WalkedSearch(replaced, added);
    }

    private async ValueTask<StageResult> FindAsync(GatewayExchange exchange, Walk walk, FhirRequest inner, Permit permit)
    {
        var counter = exchange.Bundle ?? exchange;
        if (counter.WalkedSearches++ >= options.Limits.WalkedSearches)
        {
            return StageResult.Refuse(DenyReason.ChainTooBroad, "walked-searches");
        }

        var walked = await ResolveAsync(exchange, inner, permit);
        if (!walked.Continues)
        {
            return walked.Result;
        }

        var hasMore = await searches.RunAsync(
            exchange,
            walked.Value.Search,
            permit,
            (found, answer) =>
            {
                walk.Add(inner, Shown(inner, found), answer);
                return walk.Count <= options.Limits.WalkedRecords;
            }
        );

        // Where some of what could be walked over was not looked at, nobody knows what the chain means.
        return hasMore is { Continues: true, Value: true }
            ? StageResult.Refuse(DenyReason.ChainTooBroad, "walked-records")
            : hasMore.Result;
    }

    private static HashSet<string> Shown(FhirRequest search, Disclosure released)
    {
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var resource in released.Resources)
        {
            if (resource.Type == search.Type && resource.Id is { } id)
            {
                shown.Add(id);
            }
        }

        return shown;
    }
}

/// <summary>A search whose chains were looked up and replaced by what they found; goes on to Settle or to a condition's search.</summary>
/// <param name="Search">It, without them.</param>
/// <param name="Added">What stands in the place of the chains, which the client's own self link does not show.</param>
internal sealed record WalkedSearch(FhirRequest Search, IReadOnlyList<KeyValuePair<string, string>> Added);
