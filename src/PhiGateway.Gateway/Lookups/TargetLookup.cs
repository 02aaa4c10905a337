using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches what a Provenance (or its kin) speaks of, when it was read alone, or stands on a page without it: each target is decided and
/// judged as a read of its own by the same client.
/// </summary>
internal sealed class TargetLookup(Fetch fetch, GatewayOptions options)
{
    // Of one resource, or as many as one may be written with; of those beyond, nothing is known.
    private const int MostOfOne = 200;

    /// <summary>
    /// Looks up what is needed; what is not there, or the client may not read at all, stays unknown. What is beyond the bound, or cannot be
    /// looked up now, keeps back what speaks of it, where any record of its type could stay.
    /// </summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="resource">The resource, whole.</param>
    /// <param name="policy">Its judge.</param>
    public async ValueTask<KnownTargets> FindAsync(GatewayExchange exchange, ReadOnlyMemory<byte> resource, ReleasePolicy policy)
    {
        var known = new KnownTargets();
        var context = exchange.Ingressed.Route.Language;
        var left = Math.Max(MostOfOne, context.MaxTargets);
        foreach (var (type, all) in KnownTargets.Find(resource.Span, policy, context))
        {
            if (ReaderOf(exchange, type) is not { } release)
            {
                continue;
            }

            var hides = !IsShownWhole(exchange, type);
            foreach (var ids in all.Chunk(RecordsById.PerSearch))
            {
                left -= ids.Length;
                if (left >= 0)
                {
                    await LookUpAsync(exchange, known, type, ids, release, hides);
                }
                else if (hides)
                {
                    known.Hide(type, ids);
                }
            }
        }

        return known;
    }

    /// <summary>
    /// Looks up what the entries of one page speak of, if it may hold any that speak of others, beside what stands there itself, where any
    /// record of its type could stay. What is not there, and what this client may not read at all, stays unknown; what is beyond the bound,
    /// or cannot be looked up now, keeps back what speaks of it.
    /// </summary>
    /// <param name="exchange">The client's request; its budget of searches is drawn on.</param>
    /// <param name="page">A Bundle, whole.</param>
    /// <param name="known">Receives what was found; null: nothing has to be known.</param>
    public async ValueTask FindIfMetAsync(GatewayExchange exchange, ReadOnlyMemory<byte> page, KnownTargets? known)
    {
        if (known is null || !KnownTargets.Matter(page.Span, exchange.Permit.Release))
        {
            return;
        }

        var context = exchange.Ingressed.Route.Language;
        var counter = exchange.Bundle ?? exchange;
        foreach (var (type, all) in known.FindMissing(page.Span, exchange.Permit.Release, context))
        {
            if (ReaderOf(exchange, type) is not { } release || IsShownWhole(exchange, type))
            {
                continue;
            }

            foreach (var ids in all.Chunk(RecordsById.PerSearch))
            {
                if (counter.WalkedSearches++ < options.Limits.WalkedSearches)
                {
                    var answers = await LookUpAsync(exchange, known, type, ids, release, hides: true);
                    counter.WalkedSearches += RecordsById.Further(answers);
                }
                else
                {
                    known.Hide(type, ids);
                }
            }
        }
    }

    // The judge of a read of such a record by the same client; null: it may not read any.
    private static ReleasePolicy? ReaderOf(GatewayExchange exchange, ResourceType type)
    {
        var decided = DecisionMaker.Decide(exchange, [new AccessPart { Interaction = Interaction.Read, Type = type }]);
        return decided.Continues ? decided.Value.Release : null;
    }

    // Then none of them can keep anything back, whether it can be looked up or not.
    private static bool IsShownWhole(GatewayExchange exchange, ResourceType type)
    {
        var decided = DecisionMaker.Decide(exchange, [new AccessPart { Interaction = Interaction.SearchType, Type = type }]);
        return decided.Continues && !UpstreamCallFactory.Withholds(decided.Value);
    }

    // Gives how many answers it took.
    private async ValueTask<int> LookUpAsync(
        GatewayExchange exchange,
        KnownTargets known,
        ResourceType type,
        string[] ids,
        ReleasePolicy release,
        bool hides
    )
    {
        var context = exchange.Ingressed.Route.Language;
        var answers = 0;
        _ = await fetch.ReadAsync(
            exchange,
            type,
            ids,
            (fetched, asked) =>
            {
                answers++;
                switch (fetched)
                {
                    case Fetched.Found found:
                        known.Add(type, asked, found.Body.Span, release, context);
                        break;
                    case Fetched.Failed when hides:
                        known.Hide(type, asked);
                        break;
                }

                return new(StageResult.Continue);
            }
        );
        return answers;
    }
}
