using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Makes one search of the gateway's own on behalf of a client: narrowed by its permit, and of its answer only what this client may see,
/// page by page up to a bound.
/// </summary>
internal sealed class JudgedSearch(IUpstream upstream, GatewayOptions options)
{
    /// <summary>Searches; <paramref name="take"/> is handed what was found while the answer is at hand.</summary>
    /// <param name="exchange">The client's request.</param>
    /// <param name="search">The search, without a chain that would have to be looked up.</param>
    /// <param name="permit">The search's own permit.</param>
    /// <param name="take">Gets what the client may see of a page and the page; false: it needs no more.</param>
    /// <returns>Why nothing could be found out, and whether there are pages that nobody looked at.</returns>
    public async ValueTask<(DenyReason? Refusal, bool HasMore)> RunAsync(
        GatewayExchange exchange,
        FhirRequest search,
        Permit permit,
        Func<Disclosure, ReadOnlyMemory<byte>, bool> take
    )
    {
        if (UpstreamCallFactory.FindConflict(search, permit) is { } conflict)
        {
            return (conflict, false);
        }

        // A page may hold nothing that this client may see: where the bound lay on the first, it would tell how much there is.
        var call = UpstreamCallFactory.Create(search, permit);
        for (var page = 0; page < options.Limits.PagesPerPage; page++)
        {
            var pages = new OtherPages();
            var (refusal, goesOn) = await AskAsync(exchange, search, permit, call, pages, take);
            if (refusal is not null || pages.Next is not { } next)
            {
                return (refusal, false);
            }

            if (!goesOn || UpstreamPlace.Find(next, exchange.Route!.Language.UpstreamBases) is not { } place)
            {
                return (null, true);
            }

            call = Continuation.CallTo(place);
        }

        return (null, true);
    }

    private async ValueTask<(DenyReason? Refusal, bool GoesOn)> AskAsync(
        GatewayExchange exchange,
        FhirRequest search,
        Permit permit,
        UpstreamCall call,
        OtherPages pages,
        Func<Disclosure, ReadOnlyMemory<byte>, bool> take
    )
    {
        var sent = await upstream.SendAsync(call, exchange, exchange.Http.RequestAborted);
        if (sent.Answer is not { } answer)
        {
            return (sent.Failure ?? DenyReason.UpstreamUnavailable, false);
        }

        using (answer)
        {
            if (answer.Status != 200)
            {
                return (answer.Status is 400 or 422 ? DenyReason.UpstreamRejected : DenyReason.UpstreamRefused, false);
            }

            using var body = new PooledBuffer(options.Limits.MaxAnswer);
            if (!await answer.TryReadAsync(body, exchange.Http.RequestAborted))
            {
                return (DenyReason.UnreadableAnswer, false);
            }

            using var filtered = new PooledBuffer(options.Limits.MaxAnswer);
            var found = new Disclosure();
            var verdict = AnswerFilter.Filter(
                search,
                body.Written.Span,
                permit.Release,
                exchange.Route!.Language,
                filtered,
                found,
                new AnswerOptions { Links = pages }
            );
            return verdict is AnswerVerdict.Rewritten or AnswerVerdict.Unchanged
                ? (null, take(found, body.Written))
                : (DenyReason.UnreadableAnswer, false);
        }
    }

    private sealed class OtherPages : ILinkSealer
    {
        public string? Next { get; private set; }

        public string? Seal(string relation, string upstreamUrl)
        {
            Next = relation == "next" ? upstreamUrl : Next;
            return null;
        }
    }
}
