using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Makes one search of the gateway's own on behalf of a client: narrowed by its permit, and of its answer only what this client may see,
/// page by page up to a bound.
/// </summary>
internal sealed class JudgedSearch(
    Fetch fetch,
    HopLookup hopLookup,
    TargetLookup targetLookup,
    AnswerBuffers buffers,
    GatewayOptions options
)
{
    /// <summary>Detail of the refusal where the upstream does not serve such a search at all: 404, 400, 422.</summary>
    internal const string NotServed = "not-served";

    /// <summary>Searches; <paramref name="take"/> is handed what was found while the answer is at hand.</summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="search">The search, without a chain that would have to be looked up.</param>
    /// <param name="permit">The search's own permit.</param>
    /// <param name="take">Gets what the client may see of a page and the page; false: it needs no more.</param>
    /// <returns>Whether there are pages that nobody looked at, or why nothing could be found out.</returns>
    public async ValueTask<StageResult<bool>> RunAsync(
        GatewayExchange exchange,
        FhirRequest search,
        Permit permit,
        Func<Disclosure, ReadOnlyMemory<byte>, bool> take
    )
    {
        if (UpstreamCallFactory.FindConflict(search, permit) is { } conflict)
        {
            return StageResult.Refuse(conflict);
        }

        // A page may hold nothing that this client may see: where the bound lay on the first, it would tell how much there is.
        var call = UpstreamCallFactory.Create(search, permit);
        var beside = (Hops: new HopTargets(), Targets: TargetLookup.Begin(exchange, permit.Release));
        for (var page = 0; page < options.Limits.PagesPerPage; page++)
        {
            var pages = new NextLink();
            using var fetched = await fetch.ReadAsync(exchange, call);
            var taken = fetched switch
            {
                Fetched.Found found => await JudgeAsync(
                    exchange,
                    search,
                    permit,
                    found.Body,
                    new AnswerOptions
                    {
                        Links = pages,
                        Hops = beside.Hops,
                        Targets = beside.Targets,
                        TakesBareOutcome = page == 0,
                    },
                    take
                ),
                Fetched.Failed { Status: 400 or 422 } => StageResult.Refuse(DenyReason.UpstreamRejected, NotServed),
                Fetched.Failed failed => StageResult.Refuse(failed.Reason),

                // To search always finds a Bundle, if an empty one.
                _ => StageResult.Refuse(DenyReason.UpstreamRefused, NotServed),
            };
            if (!taken.Continues || pages.Url is not { } next)
            {
                return taken.Continues ? false : taken;
            }

            if (!taken.Value || UpstreamPlace.Find(next, exchange.Ingressed.Route.Language.UpstreamBases) is not { } place)
            {
                return true;
            }

            call = Continuation.CallTo(place);
        }

        return true;
    }

    private async ValueTask<StageResult<bool>> JudgeAsync(
        GatewayExchange exchange,
        FhirRequest search,
        Permit permit,
        ReadOnlyMemory<byte> body,
        AnswerOptions view,
        Func<Disclosure, ReadOnlyMemory<byte>, bool> take
    )
    {
        await targetLookup.FindIfMetAsync(exchange, body, permit.Release, view.Targets);
        var hung = await hopLookup.FindIfMetAsync(exchange, search, permit.Release, body, view.Hops!);
        if (!hung.Continues)
        {
            return hung;
        }

        using var filtered = buffers.Open(exchange);
        var found = new Disclosure();
        var verdict = AnswerFilter.Filter(search, body.Span, permit.Release, exchange.Ingressed.Route.Language, filtered, found, view);
        return verdict is AnswerVerdict.Rewritten or AnswerVerdict.Unchanged
            ? take(found, body)
            : StageResult.Refuse(DenyReason.UnreadableAnswer);
    }
}
