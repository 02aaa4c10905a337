using Microsoft.AspNetCore.Http;
using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Apis;

/// <summary>Answers of a declared API: read whole, judged record by record, recorded, and only then let go.</summary>
internal sealed class ApiAnswers(GatewayOptions options, AuditTrail trail, SnapshotHolder snapshots, HandleIssuer handles)
{
    private const string Json = "application/json; charset=utf-8";

    /// <summary>Releases the answer.</summary>
    public async ValueTask<StageResult> ReleaseAsync(GatewayExchange exchange, ApiRequest request)
    {
        // 1. What the status means for this request.
        var answer = exchange.Answer!;
        if (FindRefusal(exchange, request, answer.Status) is { } refusal)
        {
            return StageResult.Refuse(refusal, $"upstream-{answer.Status}");
        }

        // 2. The body, whole, if any of it could leave; record by record.
        using var body = new PooledBuffer((int)Math.Min(options.Limits.MaxAnswer, request.Operation.MaxAnswerBytes ?? long.MaxValue));
        using var filtered = new PooledBuffer(options.Limits.MaxAnswer);
        var bytes = ReadOnlyMemory<byte>.Empty;
        if (request.Operation.HasAnswer && answer.Status != StatusCodes.Status204NoContent)
        {
            var read = await ReadAsync(exchange, answer, body);
            if (read.IsRefused(out _))
            {
                return read;
            }

            if (body.Length == 0 && !request.Meaning.IsWrite)
            {
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "empty");
            }

            var judged = Judge(exchange, request, body, filtered, ref bytes);
            if (judged.IsRefused(out _))
            {
                return judged;
            }
        }

        // 3. May all of it leave, now, to this client? On record, durably; then the bytes.
        var asked = ReleaseChecks.Ask(exchange, exchange.Disclosure, 0, snapshots);
        if (asked.IsRefused(out _))
        {
            return asked;
        }

        exchange.Status = bytes.IsEmpty && answer.Status == StatusCodes.Status200OK ? StatusCodes.Status204NoContent : answer.Status;
        exchange.BytesOut = bytes.Length;
        var recorded = request.Meaning.IsWrite ? await trail.RecordOutcomeAsync(exchange) : await trail.RecordDisclosureAsync(exchange);
        if (recorded.IsRefused(out _))
        {
            return recorded;
        }

        WriteHeaders(exchange, request, answer, bytes.Length);
        if (bytes.Length > 0 && !HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            await exchange.Http.Response.Body.WriteAsync(bytes, exchange.Http.RequestAborted);
        }

        exchange.Delivered = true;
        return StageResult.Continue;
    }

    private static DenyReason? FindRefusal(GatewayExchange exchange, ApiRequest request, int status)
    {
        var isWrite = request.Meaning.IsWrite;
        switch (status)
        {
            case StatusCodes.Status200OK:
            case StatusCodes.Status201Created or StatusCodes.Status202Accepted or StatusCodes.Status204NoContent when isWrite:
            case StatusCodes.Status204NoContent when request.Meaning.Interaction == Interaction.SearchType:
                return null;

            // A record without content would tell that there is one.
            case StatusCodes.Status204NoContent:
                return DenyReason.NotFoundOrWithheld;
            default:
                var meaning = AnswerStatus.Read(status, request.Meaning);
                exchange.RefusalStatus = meaning.Refusal is null ? null : meaning.Status;
                return meaning.Refusal ?? DenyReason.UpstreamRefused;
        }
    }

    private StageResult Judge(
        GatewayExchange exchange,
        ApiRequest request,
        PooledBuffer body,
        PooledBuffer filtered,
        ref ReadOnlyMemory<byte> bytes
    )
    {
        if (body.Length == 0)
        {
            return StageResult.Continue;
        }

        switch (
            ApiAnswerFilter.Filter(
                request,
                body.Written,
                exchange.Permit!.Release,
                exchange.Route!.Language.MaxDepth,
                filtered,
                exchange.Disclosure,
                new ApiLinks(handles, exchange, request)
            )
        )
        {
            case AnswerVerdict.Unchanged:
                bytes = body.Written;
                return StageResult.Continue;
            case AnswerVerdict.Rewritten:
                bytes = filtered.Written;
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
        if (read.IsRefused(out _))
        {
            return read;
        }

        return body.Length == 0 || IsJson(answer.MediaType)
            ? StageResult.Continue
            : StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
    }

    private static bool IsJson(string mediaType) =>
        mediaType == "application/json"
        || (mediaType.StartsWith("application/", StringComparison.Ordinal) && mediaType.EndsWith("+json", StringComparison.Ordinal));

    // A short list of our own, none copied but one checked entity tag and a place that the table can read.
    private static void WriteHeaders(GatewayExchange exchange, ApiRequest request, UpstreamAnswer answer, int length)
    {
        var headers = exchange.Http.Response.Headers;
        AnswerHeaders.WriteOwn(exchange, length > 0 ? Json : null, length);
        if (exchange.Status == StatusCodes.Status204NoContent)
        {
            exchange.Http.Response.ContentLength = null;
        }

        if (
            request.Meaning.Interaction != Interaction.SearchType
            && exchange.Disclosure.Resources.Count == 1
            && answer.ETag?.ToString() is { } tag
            && ApiEntityTag.IsOne(tag)
        )
        {
            headers.ETag = tag;
        }

        var route = exchange.Route!;
        if (
            exchange.Status == StatusCodes.Status201Created
            && answer.Location is { } location
            && UpstreamPlace.Find(location.OriginalString, route.Language.UpstreamBases) is { } place
            && route.Api!.IsReadable(place)
        )
        {
            headers.Location = route.Language.GatewayBase + place;
        }
    }
}
