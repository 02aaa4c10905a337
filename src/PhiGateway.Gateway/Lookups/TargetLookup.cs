using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
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
    /// <summary>
    /// Looks up what is needed; what is not there, or the client may not read at all, stays unknown; what cannot be looked up now keeps
    /// back what speaks of it.
    /// </summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="resource">The resource, whole.</param>
    /// <param name="policy">Its judge.</param>
    public async ValueTask<KnownTargets> FindAsync(GatewayExchange exchange, ReadOnlyMemory<byte> resource, ReleasePolicy policy)
    {
        var known = new KnownTargets();
        var context = exchange.Ingressed.Route.Language;
        foreach (var group in KnownTargets.Find(resource.Span, policy, context).GroupBy(static target => target.Type))
        {
            var type = group.Key;
            var decided = DecisionMaker.Decide(exchange, [new AccessPart { Interaction = Interaction.Read, Type = type }]);
            if (!decided.Continues)
            {
                continue;
            }

            foreach (var ids in group.Select(static target => target.Id).Chunk(RecordsById.PerSearch))
            {
                _ = await fetch.ReadAsync(
                    exchange,
                    type,
                    ids,
                    (fetched, asked) =>
                    {
                        Take(known, type, asked, fetched, decided.Value.Release, context);
                        return new(StageResult.Continue);
                    }
                );
            }
        }

        return known;
    }

    /// <summary>
    /// Looks up what the entries of one page speak of, beside what stands there itself. What is not there, and what this client may not
    /// read at all, stays unknown; what is beyond the bound, or cannot be looked up now, keeps back what speaks of it.
    /// </summary>
    /// <param name="exchange">The client's request; its budget of searches is drawn on.</param>
    /// <param name="page">A Bundle, whole.</param>
    /// <param name="known">Receives what was found.</param>
    public async ValueTask FindBesideAsync(GatewayExchange exchange, ReadOnlyMemory<byte> page, KnownTargets known)
    {
        var context = exchange.Ingressed.Route.Language;
        var counter = exchange.Bundle ?? exchange;
        foreach (var (type, all) in known.FindMissing(page.Span, exchange.Permit.Release, context))
        {
            var decided = DecisionMaker.Decide(exchange, [new AccessPart { Interaction = Interaction.Read, Type = type }]);
            if (!decided.Continues)
            {
                continue;
            }

            var release = decided.Value.Release;
            foreach (var ids in all.Chunk(RecordsById.PerSearch))
            {
                if (counter.WalkedSearches++ >= options.Limits.WalkedSearches)
                {
                    known.Hide(type, ids);
                    continue;
                }

                _ = await fetch.ReadAsync(
                    exchange,
                    type,
                    ids,
                    (fetched, asked) =>
                    {
                        Take(known, type, asked, fetched, release, context);
                        return new(StageResult.Continue);
                    }
                );
            }
        }
    }

    private static void Take(
        KnownTargets known,
        ResourceType type,
        IReadOnlyList<string> ids,
        Fetched fetched,
        ReleasePolicy release,
        FhirContext context
    )
    {
        switch (fetched)
        {
            case Fetched.Found found:
                known.Add(type, ids, found.Body.Span, release, context);
                break;
            case Fetched.Failed:
                known.Hide(type, ids);
                break;
        }
    }
}
