using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Apis;

/// <summary>
/// Fetches the pages of a declared API that one page of a client is put together from, and seals where it leads on; called where its answers
/// are judged. The sibling of the walk over pages of FHIR searches.
/// </summary>
internal sealed class ApiPageWalk(Fetch fetch, HandleIssuer handles, AnswerBuffers buffers, GatewayOptions options)
{
    /// <summary>Whether the answer is put together: something of it may be withheld, and it is a list of records of their own.</summary>
    public static bool Applies(GatewayExchange exchange, ApiRequest request) =>
        UpstreamCallFactory.Withholds(exchange.Permit) && ApiPage.Applies(request);

    /// <summary>Judges the backend's page and as many after it as are needed.</summary>
    /// <param name="exchange">The request; its permit judges.</param>
    /// <param name="request">The same, as the table means it.</param>
    /// <param name="body">The backend's answer, whole; empty: it says that there is nothing.</param>
    /// <param name="output">Receives the page when this continues.</param>
    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange, ApiRequest request, PooledBuffer body, PooledBuffer output)
    {
        using var items = buffers.Open(exchange);
        using var page = new ApiPage(
            request,
            exchange.Permit.Release,
            exchange.Ingressed.Route.Language.MaxDepth,
            items,
            exchange.Disclosure
        );
        var links = new ApiLinks(handles, exchange, request);

        // 1. What was fetched already, and on to the first record that belongs to the page after this one: only then there is such a page.
        var place = exchange.Understood.Continuation?.Page.Place ?? request.Cursor ?? string.Empty;
        var taken = Meaning(page.Take(body.Written, request.From));
        var walked = 1;
        var isCut = false;
        while (taken.Continues && page.Rest is null && page.Next is { } link)
        {
            if (links.FindPlace(link) is not { } following)
            {
                exchange.Disclosure.CannotFollow = true;
                break;
            }

            place = following;
            isCut = walked++ == options.Limits.PagesPerPage;
            if (isCut)
            {
                break;
            }

            taken = await FetchAsync(exchange, request, following, next => Meaning(page.Take(next, 0)));
            if (!taken.Continues && page.Size > 0 && page.Count == page.Size)
            {
                // The page is full: what became of the look ahead is told to whoever follows it.
                (taken, isCut) = (StageResult.Continue, true);
                break;
            }
        }

        if (!taken.Continues)
        {
            return taken;
        }

        // 2. The page after this one, under a handle of ours.
        var from = page.Rest ?? 0;
        var next = page.Rest is null && !isCut ? null : links.Seal(new PagePlace(place, from), page.Size);
        exchange.Disclosure.CannotFollow |= next is null && (page.Rest is not null || isCut);
        if (isCut && page.Count < page.Size)
        {
            // As with pages of FHIR: so many that stay lie in a row.
            exchange.Http.Response.Headers[KnownHeaders.Incomplete] = "page";
        }

        page.Complete();
        page.Write(output, items.Written, next);
        return StageResult.Continue;
    }

    private static StageResult Meaning(AnswerVerdict verdict) =>
        verdict switch
        {
            AnswerVerdict.Rewritten => StageResult.Continue,
            AnswerVerdict.TooLarge => StageResult.Refuse(DenyReason.AnswerTooLarge, "bound-of-the-table"),
            _ => StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement"),
        };

    /// <summary>Whether the answer begins a list of several pages that leaves as a whole or not at all, and something may be withheld.</summary>
    public static bool IsOfOneWhole(GatewayExchange exchange, ApiRequest request) =>
        request.Operation is { WithholdsAll: true, Next: not null }
        && !IsLater(exchange, request)
        && UpstreamCallFactory.Withholds(exchange.Permit);

    /// <summary>Whether it is a page that an earlier one led to.</summary>
    public static bool IsLater(GatewayExchange exchange, ApiRequest request) =>
        exchange.Understood.Continuation is not null || request.Cursor is not null;

    /// <summary>
    /// Looks through the pages behind the first: where anything of them stays, so does all of the list, from the beginning. So does one that
    /// has more pages than are looked through.
    /// </summary>
    /// <param name="exchange">The request; its permit judges.</param>
    /// <param name="request">The same, as the table means it.</param>
    /// <param name="links">Asked by the filter of the backend's first page, of which all leaves.</param>
    public async ValueTask<StageResult> LookAheadAsync(GatewayExchange exchange, ApiRequest request, ApiLinks links)
    {
        var looked = StageResult.Continue;
        var next = links.Next;
        for (var page = 1; looked.Continues && next is { } place; page++)
        {
            if (page == options.Limits.PagesPerPage)
            {
                return StageResult.Refuse(DenyReason.AnswerTooLarge, "pages");
            }

            var (part, ahead) = (new Disclosure(), new NextLink());
            looked = await FetchAsync(exchange, request, place, bytes => Look(exchange, request, bytes, part, ahead));
            exchange.Disclosure.MergeUnseen(part);
            next = ahead.Url is { } link ? links.FindPlace(link) : null;
        }

        return looked;
    }

    private StageResult Look(GatewayExchange exchange, ApiRequest request, ReadOnlyMemory<byte> body, Disclosure part, NextLink next)
    {
        if (body.IsEmpty)
        {
            return StageResult.Continue;
        }

        using var unseen = buffers.Open(exchange);
        var depth = exchange.Ingressed.Route.Language.MaxDepth;
        var verdict = ApiAnswerFilter.Filter(request, body, exchange.Permit.Release, depth, unseen, part, next);
        return verdict == AnswerVerdict.Withheld
            ? StageResult.Refuse(DenyReason.NotFoundOrWithheld, part.LastWithheld.ToString())
            : Meaning(verdict);
    }

    private async ValueTask<StageResult> FetchAsync(
        GatewayExchange exchange,
        ApiRequest request,
        string place,
        Func<ReadOnlyMemory<byte>, StageResult> take
    )
    {
        var call = request.Operation.Next!.Parameter is null
            ? ApiCallFactory.Page(place)
            : ApiCallFactory.Create(request with { Cursor = place }, null, exchange.Permit);
        using var fetched = await fetch.ReadAsync(exchange, call);
        switch (fetched)
        {
            case Fetched.Found { IsJson: true } found:
                return take(found.Body);
            case Fetched.Found:
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
            case Fetched.Failed { Status: 204 }:
                return take(default);
            case Fetched.Failed { Status: 0 or 200 } failed:
                return StageResult.Refuse(failed.Reason);
            default:
                // Of a page that the gateway asked for, the client is not told the status.
                var refusal = AnswerStatus.Refuse(fetched.Status, request.Meaning);
                return StageResult.Refuse(refusal.Refusal ?? DenyReason.UpstreamRefused, refusal.Detail);
        }
    }
}
