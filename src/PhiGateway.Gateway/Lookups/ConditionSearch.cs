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
internal sealed class ConditionSearch(Fetch fetch, GatewayOptions options)
{
    private const string Detail = "condition";

    /// <summary>Looks up what matches now.</summary>
    public async ValueTask<StageResult<Matches>> RunAsync(GatewayExchange exchange, FhirRequest search)
    {
        var decided = DecisionMaker.Decide(exchange, search.Parts);
        if (!decided.Continues)
        {
            return Refuse(DenyReason.PatientUndetermined);
        }

        if (UpstreamCallFactory.FindConflict(search, decided.Value) is { } conflict)
        {
            return Refuse(conflict);
        }

        using var fetched = await fetch.ReadAsync(exchange, UpstreamCallFactory.Create(search, decided.Value));
        return fetched switch
        {
            Fetched.Found found => Judge(exchange, search, decided.Value, found.Body),
            Fetched.Failed { Status: 400 or 422 } => Refuse(DenyReason.UpstreamRejected),
            Fetched.Failed failed => Refuse(failed.Reason),

            // To search always finds a Bundle, if an empty one.
            _ => Refuse(DenyReason.UpstreamRefused),
        };
    }

    /// <summary>
    /// What an upstream means that answers a creation on a condition with "there is one": the very resource, when it shows it, else what
    /// the search finds now.
    /// </summary>
    public async ValueTask<StageResult<Matches>> RecognizeAsync(GatewayExchange exchange, FhirRequest search, UpstreamAnswer answer)
    {
        var decided = DecisionMaker.Decide(exchange, search.Parts);
        if (answer.Status == 200 && decided.Continues)
        {
            var permit = decided.Value;
            using var body = new PooledBuffer(options.Limits.MaxAnswer);
            var facts = new ResourceFacts();
            if (
                (await answer.ReadAsync(body, exchange.Http.RequestAborted)).Continues
                && ResourceScanner.TryScan(body.Written.Span, permit.Release, exchange.Ingressed.Route.Language, facts)
                && facts is { Id: { } id }
                && facts.Type == search.Type
            )
            {
                return new Matches(permit.Release.Judge(facts).Reason == WithholdReason.None ? [id] : [], permit);
            }
        }

        return await RunAsync(exchange, search);
    }

    private StageResult<Matches> Judge(GatewayExchange exchange, FhirRequest search, Permit permit, ReadOnlyMemory<byte> body)
    {
        using var filtered = new PooledBuffer(options.Limits.MaxAnswer);
        var found = new Disclosure();
        var pages = new OtherPages();
        var verdict = AnswerFilter.Filter(
            search,
            body.Span,
            permit.Release,
            exchange.Ingressed.Route.Language,
            filtered,
            found,
            new AnswerOptions { Links = pages }
        );
        if (verdict is not (AnswerVerdict.Rewritten or AnswerVerdict.Unchanged))
        {
            return Refuse(DenyReason.UnreadableAnswer);
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
        return ids.Count < 2 && pages.WereThere ? Refuse(DenyReason.ConditionAmbiguous) : new Matches(ids, permit);
    }

    private static StageResult<Matches> Refuse(DenyReason reason) => StageResult<Matches>.Refuse(reason, Detail);

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
