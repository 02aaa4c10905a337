using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Runs the search of a condition as its client's own: decided, narrowed, and judged resource by resource. What the client may not see does
/// not match.
/// </summary>
internal sealed class ConditionSearch(IUpstream upstream, GatewayOptions options)
{
    /// <summary>Looks up what matches now.</summary>
    public async ValueTask<ConditionMatches> RunAsync(GatewayExchange exchange, FhirRequest search)
    {
        if (DecisionMaker.Ask(exchange, search.Parts) is not Permit permit || !Obligations.AreKnown(permit.Obligations))
        {
            return ConditionMatches.Unknown(DenyReason.PatientUndetermined);
        }

        if (UpstreamCallFactory.FindConflict(search, permit) is { } conflict)
        {
            return ConditionMatches.Unknown(conflict);
        }

        var sent = await upstream.SendAsync(UpstreamCallFactory.Create(search, permit), exchange, exchange.Http.RequestAborted);
        if (sent.Answer is not { } answer)
        {
            return ConditionMatches.Unknown(sent.Failure ?? DenyReason.UpstreamUnavailable);
        }

        using (answer)
        {
            if (answer.Status != 200)
            {
                return ConditionMatches.Unknown(answer.Status is 400 or 422 ? DenyReason.UpstreamRejected : DenyReason.UpstreamRefused);
            }

            using var body = new PooledBuffer(options.Limits.MaxAnswer);
            return await answer.TryReadAsync(body, exchange.Http.RequestAborted)
                ? Judge(exchange, search, permit, body)
                : ConditionMatches.Unknown(DenyReason.UnreadableAnswer);
        }
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
                return new ConditionMatches(null, permit.Release.Judge(facts).Reason == WithholdReason.None ? [id] : [], permit);
            }
        }

        return await RunAsync(exchange, search);
    }

    private ConditionMatches Judge(GatewayExchange exchange, FhirRequest search, Permit permit, PooledBuffer body)
    {
        using var filtered = new PooledBuffer(options.Limits.MaxAnswer);
        var found = new Disclosure();
        var pages = new OtherPages();
        var verdict = AnswerFilter.Filter(
            search,
            body.Written.Span,
            permit.Release,
            exchange.Route!.Language,
            filtered,
            found,
            new AnswerOptions { Links = pages }
        );
        if (verdict is not (AnswerVerdict.Rewritten or AnswerVerdict.Unchanged))
        {
            return ConditionMatches.Unknown(DenyReason.UnreadableAnswer);
        }

        var ids = new List<string>(2);
        foreach (var resource in found.Resources)
        {
            if (resource.Type == search.Type && resource.Id is { } id && !ids.Contains(id))
            {
                ids.Add(id);
            }
        }

        // With more pages than one nobody has counted them all; two are as good as many.
        return ids.Count < 2 && pages.WereThere
            ? ConditionMatches.Unknown(DenyReason.ConditionAmbiguous)
            : new ConditionMatches(null, ids, permit);
    }

    private sealed class OtherPages : ILinkSealer
    {
        public bool WereThere { get; private set; }

        public string? Seal(string relation, string upstreamUrl)
        {
            WereThere |= relation == "next";
            return null;
        }
    }
}
