using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Runs the search of a condition as its client's own: decided, narrowed, and judged resource by resource. What the client may not see does
/// not match.
/// </summary>
internal sealed class ConditionSearch(JudgedSearch searches, WalkSearch walks, GatewayOptions options)
{
    /// <summary>Looks up what matches now.</summary>
    public async ValueTask<ConditionMatches> RunAsync(GatewayExchange exchange, FhirRequest search)
    {
        if (DecisionMaker.Ask(exchange, search.Parts) is not Permit permit || !Obligations.AreKnown(permit.Obligations))
        {
            return ConditionMatches.Unknown(DenyReason.PatientUndetermined);
        }

        var walked = await walks.ResolveAsync(exchange, search, permit);
        if (walked.Search is not { } plain)
        {
            return ConditionMatches.Unknown(walked.Refusal ?? DenyReason.ChainTooBroad);
        }

        // Two matches are as good as many.
        var ids = new List<string>(2);
        var (refusal, hasMore) = await searches.RunAsync(
            exchange,
            plain,
            permit,
            (found, _) =>
            {
                Take(found, plain.Type, ids);
                return ids.Count < 2;
            }
        );
        if (refusal is not null)
        {
            return ConditionMatches.Unknown(refusal);
        }

        // Among pages that nobody looked at there may be another one.
        return ids.Count < 2 && hasMore
            ? ConditionMatches.Unknown(DenyReason.ConditionAmbiguous)
            : new ConditionMatches(null, ids, permit) { Search = plain };
    }

    /// <summary>
    /// What an upstream means that answers a creation on a condition with "there is one": the very resource, when it shows it, else what
    /// the search finds now.
    /// </summary>
    public async ValueTask<ConditionMatches> RecognizeAsync(GatewayExchange exchange, FhirRequest search, UpstreamAnswer answer)
    {
        if (answer.Status == 200 && DecisionMaker.Ask(exchange, search.Parts) is Permit permit)
        {
            using var body = new PooledBuffer(options.Limits.MaxAnswer);
            var facts = new ResourceFacts();
            if (
                await answer.TryReadAsync(body, exchange.Http.RequestAborted)
                && ResourceScanner.TryScan(body.Written.Span, permit.Release, exchange.Route!.Language, facts)
                && facts is { Id: { } id }
                && facts.Type == search.Type
            )
            {
                return new ConditionMatches(null, permit.Release.Judge(facts).Reason == WithholdReason.None ? [id] : [], permit)
                {
                    Search = search,
                };
            }
        }

        return await RunAsync(exchange, search);
    }

    private static void Take(Disclosure found, ResourceType type, List<string> ids)
    {
        foreach (var resource in found.Resources)
        {
            if (resource.Type == type && resource.Id is { } id && ids.Count < 2 && !ids.Contains(id))
            {
                ids.Add(id);
            }
        }
    }
}
