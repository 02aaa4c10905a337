using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Pages;

/// <summary>
/// Counts the matches that a client may see, page by page of the upstream up to a bound; for bare counts, and for an accurate total beside a
/// page.
/// </summary>
internal sealed class CountWalk(Fetch fetch, PageLookup lookup, HandleIssuer handles, AnswerBuffers buffers, GatewayOptions options)
{
    /// <summary>Answers a bare count.</summary>
    /// <param name="exchange">The request; what went upstream was the search whose matches are counted.</param>
    /// <param name="body">The first page.</param>
    /// <param name="output">Receives the Bundle that holds the count.</param>
    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange, PooledBuffer body, PooledBuffer output)
    {
        var counted = new Counted(PageSources.Begin(exchange));
        var taken = await TakeAsync(exchange, exchange.Request, body.Written, counted, isFirst: true);
        taken = taken.Continues ? await FollowAsync(exchange, exchange.Request, counted) : taken;
        if (!taken.Continues)
        {
            return taken;
        }

        if (!counted.IsWhole)
        {
            return StageResult.Refuse(DenyReason.HiddenElement, "count-too-large");
        }

        Write(exchange, counted.Matches, output);
        return StageResult.Continue;
    }

    /// <summary>How many there are of a search whose first page is about to leave; null: more than are counted, or not to be found out.</summary>
    public async ValueTask<int?> FindTotalAsync(GatewayExchange exchange)
    {
        var search = exchange.Request.AsCounted();
        using var fetched = await fetch.ReadAsync(exchange, UpstreamCallFactory.Create(search, exchange.Permit));
        var counted = new Counted(PageSources.Begin(exchange));
        return
            fetched is Fetched.Found { IsReadable: true } found
            && (await TakeAsync(exchange, search, found.Body, counted, isFirst: true)).Continues
            && (await FollowAsync(exchange, search, counted)).Continues
            && counted.IsKnown
            ? counted.Matches
            : null;
    }

    private async ValueTask<StageResult> FollowAsync(GatewayExchange exchange, FhirRequest search, Counted counted)
    {
        for (var page = 1; counted.Next is { } next; page++)
        {
            if (page == options.Limits.PagesPerPage || handles.FindPlace(exchange, next) is not { } place)
            {
                return StageResult.Continue;
            }

            using var fetched = await fetch.ReadAsync(exchange, Continuation.CallTo(place));
            if (fetched is not Fetched.Found { IsReadable: true } found)
            {
                return StageResult.Refuse(fetched is Fetched.Failed failed ? failed.Reason : DenyReason.UpstreamRefused, "count");
            }

            var taken = await TakeAsync(exchange, search, found.Body, counted, isFirst: false);
            if (!taken.Continues)
            {
                return taken;
            }
        }

        counted.IsWhole = true;
        return StageResult.Continue;
    }

    private async ValueTask<StageResult> TakeAsync(
        GatewayExchange exchange,
        FhirRequest search,
        ReadOnlyMemory<byte> page,
        Counted counted,
        bool isFirst
    )
    {
        var found = await lookup.FindAsync(exchange, search, page, counted.Sources);
        return found.Continues ? Take(exchange, search, page, counted, isFirst) : found;
    }

    private StageResult Take(GatewayExchange exchange, FhirRequest search, ReadOnlyMemory<byte> page, Counted counted, bool isFirst)
    {
        using var unseen = buffers.Open(exchange);
        var (part, links) = (new Disclosure(), new NextLink());
        var verdict = AnswerFilter.Filter(
            search,
            page.Span,
            exchange.Permit.Release,
            exchange.Ingressed.Route.Language,
            unseen,
            part,
            counted.Sources.AddTo(
                new AnswerOptions
                {
                    Links = links,
                    Narrowed = isFirst ? UpstreamCallFactory.FindNarrowing(search, exchange.Permit) : [],
                    TakesBareOutcome = isFirst,
                    SelfLinks = exchange.Ingressed.Route.SelfLinks,
                }
            )
        );
        if (verdict is not (AnswerVerdict.Rewritten or AnswerVerdict.Unchanged))
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
        }

        exchange.Disclosure.MergeUnseen(part);
        counted.Matches += part.Records;
        counted.Next = links.Url;
        return StageResult.Continue;
    }

    /// <summary>The address of a search as its client wrote it; empty for a form; null: it is no search.</summary>
    /// <param name="exchange">The request.</param>
    public static string? OwnAddress(GatewayExchange exchange)
    {
        var request = exchange.Understood.Request;
        if (request.Interaction is not (Interaction.SearchType or Interaction.SearchSystem))
        {
            return null;
        }

        var (route, asked) = (exchange.Ingressed.Route, request.Canonical);
        return asked.Method == "POST" ? string.Empty : OwnSearchAddress.Of(route.PublicOrigin + asked.ToTarget(), route.Language);
    }

    private static void Write(GatewayExchange exchange, int matches, PooledBuffer output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("resourceType"u8, "Bundle"u8);
        json.WriteString("type"u8, "searchset"u8);
        json.WriteNumber("total"u8, matches);
        if (OwnAddress(exchange) is { Length: > 0 } own)
        {
            json.WriteStartArray("link"u8);
            json.WriteStartObject();
            json.WriteString("relation"u8, "self"u8);
            json.WriteString("url"u8, own);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private sealed class Counted(PageSources sources)
    {
        public PageSources Sources => sources;

        public int Matches { get; set; }

        public string? Next { get; set; }

        public bool IsWhole { get; set; }

        // What cannot be looked up stays uncounted, whether it may leave or not.
        public bool IsKnown => IsWhole && sources.Targets is not { LacksSome: true };
    }
}
