using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches what a Provenance (or its kin) speaks of, when it was read alone: each target is decided and judged as a read of its own by the
/// same client.
/// </summary>
internal sealed class TargetLookup(Fetch fetch)
{
    /// <summary>Looks up what is needed; what cannot be found, or the client may not read, stays unknown.</summary>
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
                // What cannot be found stays unknown, whatever the reason.
                _ = await fetch.ReadAsync(
                    exchange,
                    type,
                    ids,
                    (fetched, asked) =>
                    {
                        if (fetched is Fetched.Found found)
                        {
                            known.Add(type, asked, found.Body.Span, decided.Value.Release, context);
                        }

                        return new(StageResult.Continue);
                    }
                );
            }
        }

        return known;
    }
}
