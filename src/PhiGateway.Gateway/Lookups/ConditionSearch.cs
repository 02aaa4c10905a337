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
internal sealed class ConditionSearch(JudgedSearch searches, WalkSearch walks, AnswerBuffers buffers, GatewayOptions options)
{
    private const string Detail = "condition";

    // Of all entries of a bundle: as many as so many of them may take, each by itself.
    private const int ThatGoOn = 10;

    /// <summary>Looks up what matches now.</summary>
    public async ValueTask<StageResult<Matches>> RunAsync(GatewayExchange exchange, FhirRequest search)
    {
        var decided = DecisionMaker.Decide(exchange, search.Parts);
        if (!decided.Continues)
        {
            return Refuse(DenyReason.PatientUndetermined);
        }

        var walked = await walks.ResolveAsync(exchange, search, decided.Value);
        if (!walked.Continues)
        {
            return walked.Result;
        }

        // Two matches are as good as many.
        var plain = walked.Value.Search;
        var ids = new List<string>(2);
        var named = (exchange.Bundle ?? exchange).Named;
        var isFurther = false;
        var hasMore = await searches.RunAsync(
            exchange,
            plain,
            decided.Value,
            (found, _) =>
            {
                Take(found, plain.Type, ids);
                named.FurtherPages += isFurther ? 1 : 0;
                isFurther = true;
                return ids.Count < 2 && named.FurtherPages < ThatGoOn * options.Limits.PagesPerPage;
            }
        );
        if (!hasMore.Continues)
        {
            return Refuse(hasMore.Result.Refusal ?? DenyReason.UnreadableAnswer);
        }

        // Among pages that nobody looked at there may be another one.
        return ids.Count < 2 && hasMore.Value ? Refuse(DenyReason.ConditionAmbiguous) : new Matches(ids, decided.Value, plain);
    }

    /// <summary>
    /// What an upstream means that answers a creation on a condition with "there is one": the very resource, when it shows it, else what
    /// the search finds now.
    /// </summary>
    public async ValueTask<StageResult<Matches>> RecognizeAsync(GatewayExchange exchange, FhirRequest search, UpstreamAnswer answer)
    {
        var decided = DecisionMaker.Decide(exchange, search.Parts);

        // What is judged by other records is looked up by the search.
        var isByItself = !KnownTargets.AreOf(search.Type) && !HopTargets.AreOf(search.Type);
        if (answer.Status == 200 && decided.Continues && isByItself)
        {
            var permit = decided.Value;
            using var body = buffers.Open(exchange);
            var facts = new ResourceFacts();
            if (
                (await answer.ReadAsync(body, exchange.Http.RequestAborted)).Continues
                && ResourceScanner.TryScan(body.Written.Span, permit.Release, exchange.Ingressed.Route.Language, facts)
                && facts is { Id: { } id }
                && facts.Type == search.Type
            )
            {
                return new Matches(permit.Release.Judge(facts).Reason == WithholdReason.None ? [id] : [], permit, search);
            }
        }

        return await RunAsync(exchange, search);
    }

    private static void Take(Disclosure found, ResourceType type, List<string> ids)
    {
        foreach (var resource in found.Resources)
        {
            if (!resource.IsHeld && resource.Type == type && resource.Id is { } id && ids.Count < 2 && !ids.Contains(id))
            {
                ids.Add(id);
            }
        }
    }

    private static StageResult<Matches> Refuse(DenyReason reason) => StageResult<Matches>.Refuse(reason, Detail);
}
