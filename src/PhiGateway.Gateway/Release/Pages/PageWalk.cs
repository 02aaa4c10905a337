using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Pages;

/// <summary>
/// Puts a client's page together from pages of the upstream, where records may be withheld between those that leave: how many, and where,
/// does not show in the pages.
/// </summary>
internal sealed class PageWalk(IUpstream upstream, VersionLookup versions, HandleIssuer handles, GatewayOptions options)
{
    /// <summary>Up to here a page is put together even when it is too large to be held beside others.</summary>
    private const int SmallPage = 200;

    /// <summary>Whether the answer to this request is put together page by page.</summary>
    public static bool Applies(GatewayExchange exchange) =>
        PagedAnswer.CanPage(exchange.Request!)
        && (UpstreamCallFactory.Withholds(exchange.Permit!) || VersionLookup.IsHistory(exchange.Request!));

    /// <summary>
    /// Whether the page is held whole however large it is, since it is one of few matches, or of versions that are judged by each other.
    /// </summary>
    public static bool HoldsWhole(GatewayExchange exchange) =>
        VersionLookup.IsHistory(exchange.Request!)
        || (Applies(exchange) && UpstreamCallFactory.PageSize(exchange.Request!, exchange.Permit!) is > 0 and <= SmallPage);

    /// <summary>Judges the upstream's page and as many after it as are needed.</summary>
    /// <param name="exchange">The request; its permit judges.</param>
    /// <param name="body">The upstream's answer, whole.</param>
    /// <param name="output">Receives the page when this continues.</param>
    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange, PooledBuffer body, PooledBuffer output)
    {
        var start = exchange.Continuation?.Page ?? new PagePlace(string.Empty, 0);
        var asked = exchange.Continuation?.Size ?? 0;
        var current = VersionLookup.IsHistory(exchange.Request!) ? new CurrentVersions() : null;
        using var page = new PagedAnswer(
            exchange.Request!,
            exchange.Permit!.Release,
            exchange.Route!.Language,
            output,
            exchange.Disclosure,
            PageLinks.OptionsFor(exchange, handles) with
            {
                Current = current,
            },
            asked > 0 ? asked : UpstreamCallFactory.PageSize(exchange.Request!, exchange.Permit),
            start.From
        );

        // 1. What was fetched already.
        var taken = await TakeAsync(exchange, page, body, current);
        if (taken.IsRefused(out _))
        {
            return taken;
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

            using var next = new PooledBuffer(options.Limits.MaxAnswer);
            taken = await FetchAsync(exchange, following, next);
            taken = taken.IsRefused(out _) ? taken : await TakeAsync(exchange, page, next, current);
            if (taken.IsRefused(out _))
            {
                return taken;
            }
        }

        // 3. The other pages, under handles of ours.
        var isCut = page.Rest is null && walked > options.Limits.PagesPerPage;
        var rest =
            page.Rest is { } from ? new PagePlace(place, from)
            : isCut ? new PagePlace(place, 0)
            : null;
        var isFirst = start is { Place.Length: 0, From: 0 };
        var links = LinksOf(exchange, page.Size, rest, isFirst ? null : exchange.Continuation!.Before, isFirst, start).ToArray();
        var isLost = rest is null ? page.Next is not null : !Array.Exists(links, static link => link.Key == "next");
        exchange.Disclosure.CannotFollow |= isLost;
        page.Finish(new PageTail(links, isFirst && rest is null && page.Next is null, isCut && !page.IsFull, isLost));
        return StageResult.Continue;
    }

    private static string? PlaceOf(PagedAnswer page, GatewayExchange exchange) =>
        page.Next is { } link ? UpstreamPlace.Find(link, exchange.Route!.Language.UpstreamBases) : null;

    private IEnumerable<KeyValuePair<string, string>> LinksOf(
        GatewayExchange exchange,
        int size,
        PagePlace? next,
        PagePlace? before,
        bool isFirst,
        PagePlace present
    )
    {
        if (next is not null && handles.IssuePage(exchange, next, size, present) is { } nextUrl)
        {
            yield return KeyValuePair.Create("next", nextUrl);
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
    private async ValueTask<StageResult> TakeAsync(GatewayExchange exchange, PagedAnswer page, PooledBuffer body, CurrentVersions? current)
    {
        if (current is not null)
        {
            var looked =
                exchange.Request!.Interaction != Interaction.HistoryInstance
                    ? await versions.ConfirmPageAsync(exchange, body.Written, current)
                : page.IsBegun ? StageResult.Continue
                : await versions.ConfirmNamedAsync(exchange, current);
            if (looked.IsRefused(out _))
            {
                return looked;
            }
        }

        return page.TryTake(body.Written.Span) ? StageResult.Continue : StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
    }

    private async ValueTask<StageResult> FetchAsync(GatewayExchange exchange, string place, PooledBuffer body)
    {
        var sent = await upstream.SendAsync(Continuation.CallTo(place), exchange, exchange.Http.RequestAborted);
        if (sent.Answer is not { } answer)
        {
            return StageResult.Refuse(sent.Failure ?? DenyReason.UpstreamUnavailable);
        }

        using (answer)
        {
            if (answer.Status != 200)
            {
                return StageResult.Refuse(
                    AnswerStatus.Read(answer.Status, exchange.Request!).Refusal ?? DenyReason.UpstreamRefused,
                    $"upstream-{answer.Status}"
                );
            }

            var read = await answer.ReadAsync(body, exchange.Http.RequestAborted);
            return read.IsRefused(out _) ? read : AnswerJudge.CheckType(answer, body);
        }
    }
}
