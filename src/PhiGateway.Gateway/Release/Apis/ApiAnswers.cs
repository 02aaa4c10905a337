using Microsoft.AspNetCore.Http;
using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Apis;

/// <summary>
/// Releases the answer of a declared API: reads it whole, judges it record by record, records the disclosure, and only then lets it out.
/// Called by the Release stage.
/// </summary>
internal sealed class ApiAnswers(GatewayOptions options, AnswerBuffers buffers, HandleIssuer handles, ApiPageWalk pages, Exit exit)
{
    /// <summary>Releases the answer.</summary>
    public async ValueTask<StageResult> ReleaseAsync(GatewayExchange exchange, ApiRequest request)
    {
        // 1. What the status means for this request.
        var answer = exchange.Forwarded.Answer;
        var refused = FindRefusal(request, answer.Status, exchange.Settled.Version is not null);
        if (!refused.Continues)
        {
            return refused;
        }

        // 2. The body, whole, if any of it could leave; record by record.
        using var body = buffers.Open(exchange, (int)Math.Min(options.Limits.MaxAnswer, request.Operation.MaxAnswerBytes ?? long.MaxValue));
        using var filtered = buffers.Open(exchange);
        var bytes = ReadOnlyMemory<byte>.Empty;
        var hasBody = request.Operation.HasAnswer && answer.Status != StatusCodes.Status204NoContent;
        if (hasBody)
        {
            var read = await ReadAsync(exchange, answer, body);
            if (!read.Continues)
            {
                return await RefuseOrTellAsync(exchange, request, read);
            }

            if (body.Length == 0 && !request.Meaning.IsWrite)
            {
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "empty");
            }
        }

        if (ApiPageWalk.Applies(exchange, request))
        {
            var walked = await pages.RunAsync(exchange, request, body, filtered);
            if (!walked.Continues)
            {
                return walked;
            }

            bytes = filtered.Written;
        }
        else
        {
            var links = new ApiLinks(handles, exchange, request);
            var judged = Judge(exchange, request, body, filtered, links, ref bytes);
            if (judged.Continues && ApiPageWalk.IsOfOneWhole(exchange, request))
            {
                judged = await pages.LookAheadAsync(exchange, request, links);
            }

            if (!judged.Continues)
            {
                return await RefuseOrTellAsync(exchange, request, judged);
            }
        }

        if (exchange.Disclosure.CannotFollow)
        {
            // The envelope is the backend's own, with no place in which that could be said.
            exchange.Http.Response.Headers[KnownHeaders.Incomplete] = "next";
        }

        // 3. Where the backend is reached is not told.
        using var renamed = buffers.Open(exchange);
        if (UpstreamNames.TryReplace(bytes.Span, exchange.Ingressed.Route.Language, renamed))
        {
            bytes = renamed.Written;
        }

        // 4. Out, if all of it may leave, now, to this client.
        return await exit.LetOutAsync(exchange, Describe(exchange, request, answer, bytes));
    }

    // What was done is told, whatever is the matter with what the backend says of it.
    private async ValueTask<StageResult> RefuseOrTellAsync(GatewayExchange exchange, ApiRequest request, StageResult refused)
    {
        if (!UnreadEcho.Is(exchange, refused, request.Meaning.Interaction == Interaction.Create))
        {
            return refused;
        }

        UnreadEcho.PassBy(exchange.Disclosure);
        exchange.Http.Response.Headers[KnownHeaders.Incomplete] = UnreadEcho.Incomplete;
        return await exit.LetOutAsync(exchange, Describe(exchange, request, exchange.Forwarded.Answer, ReadOnlyMemory<byte>.Empty));
    }

    private static StageResult FindRefusal(ApiRequest request, int status, bool isTied)
    {
        var isWrite = request.Meaning.IsWrite;
        switch (status)
        {
            case StatusCodes.Status200OK:
            case StatusCodes.Status201Created or StatusCodes.Status202Accepted or StatusCodes.Status204NoContent when isWrite:
            case StatusCodes.Status204NoContent when request.Meaning.Interaction == Interaction.SearchType:
                return StageResult.Continue;

            // A record without content would tell that there is one.
            case StatusCodes.Status204NoContent:
                return StageResult.Refuse(DenyReason.NotFoundOrWithheld, "upstream-204");
            default:
                return AnswerStatus.Refuse(status, request.Meaning, isTied);
        }
    }

    private static StageResult Judge(
        GatewayExchange exchange,
        ApiRequest request,
        PooledBuffer body,
        PooledBuffer filtered,
        ApiLinks links,
        ref ReadOnlyMemory<byte> bytes
    )
    {
        // Security: of a list that leaves as a whole or not at all, that it is empty is told to nobody from whom it may be kept. Of one that
        // was begun it was seen that it may leave.
        var tellsOfNothing =
            !request.Operation.WithholdsAll || ApiPageWalk.IsLater(exchange, request) || !UpstreamCallFactory.Withholds(exchange.Permit);
        if (body.Length == 0)
        {
            return tellsOfNothing || request.Meaning.IsWrite
                ? StageResult.Continue
                : StageResult.Refuse(DenyReason.NotFoundOrWithheld, "nothing-there");
        }

        switch (
            ApiAnswerFilter.Filter(
                request,
                body.Written,
                exchange.Permit.Release,
                exchange.Ingressed.Route.Language.MaxDepth,
                filtered,
                exchange.Disclosure,
                links,
                tellsOfNothing
            )
        )
        {
            case AnswerVerdict.Unchanged:
                bytes = body.Written;
                return StageResult.Continue;
            case AnswerVerdict.Rewritten:
                bytes = filtered.Written;
                return StageResult.Continue;
            case AnswerVerdict.Withheld when AnswerJudge.IsOfAnother(exchange):
                return AnswerJudge.NotTaken;
            case AnswerVerdict.Withheld when request.Meaning.IsWrite:
                // What was written was decided before; only its echo stays, as at the FHIR door. Told as missing it would be written again.
                bytes = ReadOnlyMemory<byte>.Empty;
                return StageResult.Continue;
            case AnswerVerdict.Withheld:
                return StageResult.Refuse(DenyReason.NotFoundOrWithheld, exchange.Disclosure.LastWithheld.ToString());
            case AnswerVerdict.TooLarge:
                return StageResult.Refuse(DenyReason.AnswerTooLarge, "bound-of-the-table");
            default:
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
        }
    }

    private static async ValueTask<StageResult> ReadAsync(GatewayExchange exchange, UpstreamAnswer answer, PooledBuffer body)
    {
        var read = await answer.ReadAsync(body, exchange.Http.RequestAborted);
        if (!read.Continues)
        {
            return read;
        }

        return body.Length == 0 || KnownMediaTypes.IsJson(answer.MediaType)
            ? StageResult.Continue
            : StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
    }

    // A short list of our own, none copied but one checked entity tag and a place that the table can read.
    private static OutgoingAnswer Describe(GatewayExchange exchange, ApiRequest request, UpstreamAnswer answer, ReadOnlyMemory<byte> bytes)
    {
        var status = answer.Status switch
        {
            StatusCodes.Status200OK when bytes.IsEmpty => StatusCodes.Status204NoContent,
            StatusCodes.Status204NoContent when !bytes.IsEmpty => StatusCodes.Status200OK,
            var given => given,
        };
        return new OutgoingAnswer(status, bytes, KnownMediaTypes.JsonUtf8)
        {
            EntityTag = TagOf(exchange, request, answer),
            Location = status == StatusCodes.Status201Created ? PlaceOf(exchange.Ingressed.Route, answer) : null,
        };
    }

    // Of a record that leaves in part its tag is not told: many backends work it out from all that the record holds.
    private static string? TagOf(GatewayExchange exchange, ApiRequest request, UpstreamAnswer answer) =>
        request.Meaning.Interaction != Interaction.SearchType
        && exchange.Disclosure is { Resources.Count: 1, Redacted: false }
        && answer.ETag?.ToString() is { } tag
        && ApiEntityTag.IsOne(tag)
            ? tag
            : null;

    private static string? PlaceOf(PhiRoute route, UpstreamAnswer answer) =>
        answer.Location is { } location
        && UpstreamPlace.Find(location.OriginalString, route.Language.UpstreamBases) is { } place
        && route.Api?.IsReadable(place) == true
            ? route.Language.GatewayBase + place
            : null;
}
