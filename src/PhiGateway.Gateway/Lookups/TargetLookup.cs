using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Fetches what a Provenance (or its kin) speaks of, when it was read alone: each target is decided and judged as a read of its own by the
/// same client.
/// </summary>
internal sealed class TargetLookup(IUpstream upstream, GatewayOptions options)
{
    /// <summary>Looks up what is needed; what cannot be found, or the client may not read, stays unknown.</summary>
    public async ValueTask<KnownTargets> FindAsync(GatewayExchange exchange, ReadOnlyMemory<byte> resource)
    {
        var known = new KnownTargets();
        var context = exchange.Route!.Language;
        foreach (var (type, id) in KnownTargets.Find(resource.Span, exchange.Permit!.Release, context))
        {
            if (
                DecisionMaker.Ask(
                    exchange,
                    [
                        new AccessPart
                        {
                            Interaction = Interaction.Read,
                            Type = type,
                            Id = id,
                        },
                    ]
                )
                    is not Permit permit
                || !Obligations.AreKnown(permit.Obligations)
            )
            {
                continue;
            }

            var sent = await upstream.ReadBesideAsync($"/{type.Name}/{id}", exchange);
            if (sent.Answer is not { } answer)
            {
                continue;
            }

            using (answer)
            {
                using var body = new PooledBuffer(options.Limits.MaxAnswer);
                if (answer.Status == 200 && await answer.TryReadAsync(body, exchange.Http.RequestAborted))
                {
                    known.Add(type, id, body.Written.Span, permit.Release, context);
                }
            }
        }

        return known;
    }
}
