using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Pages;

/// <summary>
/// Fills a client's page from one or more pages of the upstream, leaving out withheld records; neither their number nor their place shows
/// in the pages.
/// </summary>
internal sealed class PageWalk(
    Fetch fetch,
    VersionLookup versions,
    PageLookup lookup,
    HandleIssuer handles,
    CountWalk counts,
    AroundNames around,
    GatewayOptions options
)
{
    /// <summary>Up to here a page is put together even when it is too large to be held beside others.</summary>
    private const int SmallPage = 200;

    /// <summary>Whether the answer to this request is put together page by page.</summary>
    public static bool Applies(GatewayExchange exchange) =>
        PagedAnswer.CanPage(exchange.Request)
        && (UpstreamCallFactory.Withholds(exchange.Permit) || VersionLookup.IsHistory(exchange.Request));

    /// <summary>
    /// Whether this answer is one of pages. What an operation finds is where it goes on elsewhere, or was gone on to; that of
    /// <c>$everything</c> always, whose next page may be one that holds nothing.
    /// </summary>
    /// <param name="exchange">The request.</param>
    /// <param name="answer">Its answer, whole.</param>
    public static bool Applies(GatewayExchange exchange, ReadOnlySpan<byte> answer)
    {
        var (request, context) = (exchange.Request, exchange.Ingressed.Route.Language);
        return Applies(exchange)
            && PagedAnswer.CanPage(request, answer, context)
            && (
                request is not { Interaction: Interaction.Operation, Operation: not "$everything" }
                || exchange.Understood.Continuation is not null
                || NextPlace.Find(answer, context) is not null
            );
    }

    /// <summary>
    /// Whether the page is held whole however large it is, since it is one of few matches, or of versions that are judged by each other.
    /// </summary>
    public static bool HoldsWhole(GatewayExchange exchange) =>
        VersionLookup.IsHistory(exchange.Request)
        || (Applies(exchange) && UpstreamCallFactory.PageSize(exchange.Request, exchange.Permit) is > 0 and <= SmallPage);

    /// <summary>Judges the upstream's page and as many after it as are needed.</summary>
    /// <param name="exchange">The request; its permit judges.</param>
    /// <param name="body">The upstream's answer, whole.</param>
    /// <param name="output">Receives the page when this continues.</param>
    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange, PooledBuffer body, PooledBuffer output)
    {
        var continuation = exchange.Understood.Continuation;
        var start = continuation?.Page ?? new PagePlace(string.Empty, 0);
        var asked = continuation?.Size ?? 0;
        var sources = PageSources.Begin(exchange);
        var named = await around.FindAsync(exchange, body.Written, sources);
        if (!named.Continues)
        {
            return named.Result;
        }

        var current = VersionLookup.IsHistory(exchange.Request) ? VersionsOf(exchange, sources) : null;
        using var page = new PagedAnswer(
            exchange.Request,
            exchange.Permit.Release,
            exchange.Ingressed.Route.Language,
            output,
            exchange.Disclosure,
            sources.AddTo(PageLinks.OptionsFor(exchange, handles) with { Current = current, NamedAround = named.Value }),
            asked > 0 ? asked : UpstreamCallFactory.PageSize(exchange.Request, exchange.Permit),
            start.From
        );

        // 1. What was fetched already.
        var taken = await TakeAsync(exchange, page, body.Written, current, sources);
        if (!taken.Continues)
        {
            return taken;
        }

        if (exchange.Request.Interaction == Interaction.HistoryInstance && current?.MayShowNamed(exchange.Request) != true)
        {
            // A history of nothing that may be shown would tell that there is something.
            return Withheld(exchange);
        }

        // 2. On to the first match that belongs to the page after this one: only then it is known that there is such a page.
        var place = start.Place;
        var walked = 1;
        while (page.Rest is null && PlaceOf(page, exchange) is { } following)
        {
            place = following;
            if (walked++ == options.Limits.PagesPerPage)
            {
                break;
            }

            taken = await FetchAsync(exchange, page, following, current, sources);
            if (!taken.Continues)
            {
                return taken;
            }
        }

        // 3. The other pages, under handles of ours.
        var isCut = page.Rest is null && walked > options.Limits.PagesPerPage;
        var rest = page.Rest is { } from ? new PagePlace(place, from) : null;
        if (isCut)
        {
            rest = new PagePlace(place, 0);
        }

        var isFirst = start is { Place.Length: 0, From: 0 };
        if (isFirst && rest is null && IsOfNothing(exchange))
        {
            var mayStart = await MayStartAsync(exchange);
            if (!mayStart.Continues)
            {
                return mayStart;
            }
        }

        var next = rest is null ? null : await handles.IssueOrKeepPageAsync(exchange, rest, page.Size, start);
        var links = LinksOf(exchange, page.Size, next, isFirst ? null : continuation?.Before, isFirst).ToArray();
        var isLost = rest is null ? page.Next is not null : !Array.Exists(links, static link => link.Key == "next");
        exchange.Disclosure.CannotFollow |= isLost;
        var isAll = isFirst && rest is null && page.Next is null;
        var total = !isAll && isFirst && AsksTotal(exchange.Request) ? await counts.FindTotalAsync(exchange) : null;
        page.Finish(
            new PageTail(links, isAll, isCut && !page.IsFull, isLost)
            {
                Total = total,
                IsLater = !isFirst,
                OfNothing = CountWalk.OwnAddress(exchange),
            }
        );
        return StageResult.Continue;
    }

    // What a deletion is of cannot be looked up any more: in histories of many it is told to whom everything is (ADR 12).
    private static CurrentVersions VersionsOf(GatewayExchange exchange, PageSources sources) =>
        new()
        {
            Files = sources.Files,
            Hops = sources.Hops,
            TellsDeletions =
                exchange.Request.Interaction != Interaction.HistoryInstance
                && !UpstreamCallFactory.Confines(exchange.Permit)
                && ReleaseChecks.MayReceiveUndetermined(exchange),
        };

    private static bool AsksTotal(FhirRequest request) =>
        request.Interaction is Interaction.SearchType or Interaction.SearchSystem && request.Parameter("_total") == "accurate";

    private static bool IsOfNothing(GatewayExchange exchange) =>
        exchange.Request is { Interaction: Interaction.Operation, Operation: "$everything", Id: not null }
        && exchange.Disclosure.Resources.Count == 0;

    // Security: that there is nothing of one record is told to whom that record may be told of, whether all of it stays or there is nothing;
    // else neither is. What cannot be looked up now is not told as missing; one that the server keeps from the gateway is.
    private async ValueTask<StageResult> MayStartAsync(GatewayExchange exchange)
    {
        var request = exchange.Request;
        if (request.Type != ResourceType.Patient)
        {
            // It was looked at before, where anything may be kept back.
            return StageResult.Continue;
        }

        using var fetched = await fetch.ReadAsync(exchange, $"/{request.Type.Name}/{request.Id}");
        if (fetched is Fetched.Failed { Status: not 403 } failed)
        {
            return StageResult.Refuse(failed.Reason, "starting-record");
        }

        var (facts, release) = (new ResourceFacts(), exchange.Permit.Release);
        var isRead =
            fetched is Fetched.Found found
            && ResourceScanner.TryScan(found.Body.Span, release, exchange.Ingressed.Route.Language, facts)
            && facts.Type == request.Type
            && facts.Id == request.Id;
        var mayStart =
            isRead
            && release.JudgeWhosever(facts) switch
            {
                WithholdReason.None or WithholdReason.Condition => true,

                // Who is not shown Patients at all may have come by the name otherwise.
                WithholdReason.NotCovered => facts is { Confidentiality: <= Confidentiality.Normal, Labels.Count: 0 },
                _ => false,
            };
        return mayStart ? StageResult.Continue : Withheld(exchange);
    }

    private static StageResult Withheld(GatewayExchange exchange) =>
        StageResult.Refuse(DenyReason.NotFoundOrWithheld, exchange.Disclosure.LastWithheld.ToString());

    private string? PlaceOf(PagedAnswer page, GatewayExchange exchange) => page.Next is { } link ? handles.FindPlace(exchange, link) : null;

    private IEnumerable<KeyValuePair<string, string>> LinksOf(
        GatewayExchange exchange,
        int size,
        string? next,
        PagePlace? before,
        bool isFirst
    )
    {
        if (next is not null)
        {
            yield return KeyValuePair.Create("next", next);
        }

        if (before is not null && handles.IssuePage(exchange, before, size, null) is { } beforeUrl)
        {
            yield return KeyValuePair.Create("previous", beforeUrl);
        }

        if (!isFirst && handles.IssuePage(exchange, new PagePlace(string.Empty, 0), size, null) is { } firstUrl)
        {
            yield return KeyValuePair.Create("first", firstUrl);
        }
    }

    // A history shows what may be shown as it is now: that is looked up before anything of it is judged.
    private async ValueTask<StageResult> TakeAsync(
        GatewayExchange exchange,
        PagedAnswer page,
        ReadOnlyMemory<byte> body,
        CurrentVersions? current,
        PageSources sources
    )
    {
        var found = await lookup.FindAsync(exchange, exchange.Request, body, sources);
        if (!found.Continues)
        {
            return found;
        }

        if (current is not null)
        {
            var looked = StageResult.Continue;
            if (exchange.Request.Interaction != Interaction.HistoryInstance)
            {
                looked = await versions.ConfirmPageAsync(exchange, body, current);
            }
            else if (!page.IsBegun)
            {
                looked = await versions.ConfirmNamedAsync(exchange, current);
            }

            if (!looked.Continues)
            {
                return looked;
            }
        }

        return page.TryTake(body.Span) ? StageResult.Continue : StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
    }

    private async ValueTask<StageResult> FetchAsync(
        GatewayExchange exchange,
        PagedAnswer page,
        string place,
        CurrentVersions? current,
        PageSources sources
    )
    {
        using var fetched = await fetch.ReadAsync(exchange, Continuation.CallTo(place));
        switch (fetched)
        {
            case Fetched.Found { IsReadable: true } found:
                return await TakeAsync(exchange, page, found.Body, current, sources);
            case Fetched.Found:
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
            case Fetched.Failed { Status: 0 or 200 } failed:
                return StageResult.Refuse(failed.Reason);
            default:
                // Of a page that the gateway asked for, the client is not told the status.
                var refusal = AnswerStatus.Refuse(fetched.Status, exchange.Request);
                return StageResult.Refuse(refusal.Refusal ?? DenyReason.UpstreamRefused, refusal.Detail);
        }
    }
}
