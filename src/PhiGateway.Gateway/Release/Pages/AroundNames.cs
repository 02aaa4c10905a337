using System.Security.Cryptography;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Pages;

/// <summary>
/// Finds what the records of a <c>$everything</c> (or what else an operation puts together) that may leave name of what is nobody's, over
/// all of the server's pages: a drug on one page may be there for an order on another, and leaves only where that leaves.
/// </summary>
/// <remarks>
/// The pages are read once for it and kept in mind for a minute. Of more than <see cref="LimitOptions.PagesPerPage"/> pages it is not known,
/// and what is nobody's leaves there unless a record that stays is seen to name it.
/// </remarks>
internal sealed class AroundNames(
    Fetch fetch,
    PageLookup lookup,
    HandleIssuer handles,
    AnswerBuffers buffers,
    NamesMemory memory,
    GatewayOptions options
)
{
    private const string Detail = "around";

    /// <summary>Whether what is nobody's is held to it, where an answer comes on several pages.</summary>
    /// <param name="exchange">The request; its permit judges.</param>
    public static bool MayHold(GatewayExchange exchange) =>
        exchange.Request is { IsWrite: false, Interaction: Interaction.Operation, Operation: not ("$lastn" or "$match" or "$find") }
        && UpstreamCallFactory.Withholds(exchange.Permit)
        && exchange.Permit.Release.Types.Members().Any(RecordNames.IsNobodys);

    /// <summary>What is named, or why that cannot be said.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="page">The page of the server's that it begins with, whole.</param>
    /// <param name="sources">What records are judged by beside themselves; receives what is found for it.</param>
    public async ValueTask<StageResult<NamedByLines>> FindAsync(GatewayExchange exchange, ReadOnlyMemory<byte> page, PageSources sources)
    {
        var isFirst = exchange.Understood.Continuation is null or { IsStart: true };
        var isNeeded = MayHold(exchange) && !(isFirst && NextPlace.Find(page.Span, exchange.Ingressed.Route.Language) is null);
        if (!isNeeded)
        {
            return NamedByLines.Everything;
        }

        var key = KeyOf(exchange);
        return await memory.FindAsync(
            key,
            key,
            () => ReadAsync(exchange, isFirst ? page : default(ReadOnlyMemory<byte>?), sources),
            exchange.Http.RequestAborted
        );
    }

    // From its beginning, wherever the client is.
    private async ValueTask<StageResult<NamedByLines>> ReadAsync(GatewayExchange exchange, ReadOnlyMemory<byte>? first, PageSources sources)
    {
        // What is named is held until the page has left.
        var room = buffers.Take(exchange, 0);
        exchange.Hold(room);
        var (named, hides) = (new NamedByLines(bytes => room.Grow(bytes, HeldFor.Read)), false);
        var context = exchange.Ingressed.Route.Language;
        string? next = null;
        if (first is { } page)
        {
            var taken = await TakeAsync(exchange, page, named, sources);
            if (!taken.Continues)
            {
                return taken.Result;
            }

            hides = taken.Value;
            next = NextPlace.Find(page.Span, context);
        }

        var call = first is null ? UpstreamCallFactory.Create(exchange.Request, exchange.Permit) : null;
        for (var pages = 1; call is not null || next is not null; pages++)
        {
            if (call is null)
            {
                if (pages >= options.Limits.PagesPerPage || handles.FindPlace(exchange, next!) is not { } place)
                {
                    return NamedByLines.Everything;
                }

                call = Continuation.CallTo(place);
            }

            using var fetched = await fetch.ReadAsync(exchange, call);
            if (fetched is not Fetched.Found { IsReadable: true } found)
            {
                return StageResult.Refuse(fetched is Fetched.Failed failed ? failed.Reason : DenyReason.UpstreamRefused, Detail);
            }

            var taken = await TakeAsync(exchange, found.Body, named, sources);
            if (!taken.Continues)
            {
                return taken.Result;
            }

            hides |= taken.Value;
            next = NextPlace.Find(found.Body.Span, context);
            call = null;
        }

        if (named.IsCut || (!hides && (exchange.Request.Operation != "$everything" || IsOfAll(exchange))))
        {
            return NamedByLines.Everything;
        }

        named.Settle();
        return named;
    }

    // Each page judged as it is where it leaves, by itself; nothing of it leaves by this. Whether anything of it stays.
    private async ValueTask<StageResult<bool>> TakeAsync(
        GatewayExchange exchange,
        ReadOnlyMemory<byte> page,
        NamedByLines named,
        PageSources sources
    )
    {
        var looked = await lookup.FindAsync(exchange, exchange.Request, page, sources);
        if (!looked.Continues)
        {
            return looked;
        }

        using var unseen = buffers.Open(exchange);
        var part = new Disclosure();
        var verdict = AnswerFilter.Filter(
            exchange.Request,
            page.Span,
            exchange.Permit.Release,
            exchange.Ingressed.Route.Language,
            unseen,
            part,
            sources.AddTo(new AnswerOptions { Gathers = named })
        );
        return part.Withheld > 0 || verdict is not (AnswerVerdict.Rewritten or AnswerVerdict.Unchanged);
    }

    // Every type of record was asked for: none could be why something came and not be seen.
    private static bool IsOfAll(GatewayExchange exchange)
    {
        foreach (var part in exchange.Request.Parts)
        {
            var isOfRecords = part is { Role: PartRole.Target, Interaction: Interaction.SearchType } && !RecordNames.IsNobodys(part.Type);
            if (isOfRecords && !(part.IsWildcard && exchange.Permit.Release.Types.Contains(part.Type)))
            {
                return false;
            }
        }

        return true;
    }

    // Of one token, one state of the registry and one question.
    private static string KeyOf(GatewayExchange exchange)
    {
        var original = OriginalRequest.Of(exchange);
        var who = $"{exchange.Ingressed.Route.RouteId}\n{exchange.Identified.Caller.TokenHash}\n{exchange.Snapshot.Revision}";
        return $"{who}\n{original.Target}\n{Convert.ToHexString(SHA256.HashData(original.Body.Span))}";
    }
}
