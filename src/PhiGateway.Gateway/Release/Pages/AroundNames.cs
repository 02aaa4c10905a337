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
/// Finds what the records of a <c>$everything</c> that may leave name of what is nobody's, over all of the server's pages: a drug on one page
/// may be there for an order on another, and leaves only where that leaves.
/// </summary>
/// <remarks>
/// The pages are read once for it and kept in mind for a minute. Of more than <see cref="LimitOptions.PagesPerPage"/> pages it is not known,
/// and what is nobody's leaves there unless a record that stays is seen to name it.
/// </remarks>
internal sealed class AroundNames(Fetch fetch, HandleIssuer handles, AnswerBuffers buffers, NamesMemory memory, GatewayOptions options)
{
    private const string Detail = "around";

    /// <summary>What is named, or why that cannot be said.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="page">The page of the server's that it begins with, whole.</param>
    public async ValueTask<StageResult<NamedByLines>> FindAsync(GatewayExchange exchange, ReadOnlyMemory<byte> page)
    {
        var isFirst = exchange.Understood.Continuation is null or { IsStart: true };
        var isNeeded =
            exchange.Request is { Interaction: Interaction.Operation, Operation: "$everything" }
            && UpstreamCallFactory.Withholds(exchange.Permit)
            && exchange.Permit.Release.Types.Members().Any(RecordNames.IsNobodys)
            && !(isFirst && NextPlace.Find(page.Span, exchange.Ingressed.Route.Language) is null);
        if (!isNeeded)
        {
            return NamedByLines.Everything;
        }

        var key = KeyOf(exchange);
        return await memory.FindAsync(
            key,
            key,
            () => ReadAsync(exchange, isFirst ? page : default(ReadOnlyMemory<byte>?)),
            exchange.Http.RequestAborted
        );
    }

    // From its beginning, wherever the client is.
    private async ValueTask<StageResult<NamedByLines>> ReadAsync(GatewayExchange exchange, ReadOnlyMemory<byte>? first)
    {
        // What is named is held until the page has left.
        var room = buffers.Take(exchange, 0);
        exchange.Hold(room);
        var (named, hides) = (new NamedByLines(bytes => room.Grow(bytes, HeldFor.Read)), false);
        var next = first is { } page ? Take(exchange, page, named, ref hides) : null;
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

            next = Take(exchange, found.Body, named, ref hides);
            call = null;
        }

        if (named.IsCut || (!hides && IsOfAll(exchange)))
        {
            return NamedByLines.Everything;
        }

        named.Settle();
        return named;
    }

    // Each page judged by itself; nothing of it leaves by this.
    private string? Take(GatewayExchange exchange, ReadOnlyMemory<byte> page, NamedByLines named, ref bool hides)
    {
        var context = exchange.Ingressed.Route.Language;
        using var unseen = buffers.Open(exchange);
        var part = new Disclosure();
        var verdict = AnswerFilter.Filter(
            exchange.Request,
            page.Span,
            exchange.Permit.Release,
            context,
            unseen,
            part,
            new AnswerOptions { Gathers = named }
        );
        hides |= part.Withheld > 0 || verdict is not (AnswerVerdict.Rewritten or AnswerVerdict.Unchanged);
        return NextPlace.Find(page.Span, context);
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
