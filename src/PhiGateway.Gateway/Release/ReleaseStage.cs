using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Gateway.Audit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Forward;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Gateway.Registry;
using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release;

/// <summary>Does the answer keep to the decision, and whose data is in it? Reads it whole (or, when large, in segments), judges it, records it, and only then lets it go.</summary>
internal sealed class ReleaseStage(
    GatewayOptions options,
    DiscoveryDocuments discovery,
    ExportAnswers exports,
    StreamedRelease streams,
    HandleIssuer handles,
    AuditTrail trail,
    SnapshotHolder snapshots) : IStage
{
    // Searches up to here are judged whole; a larger one is not held.
    private readonly int _wholeUpTo = Math.Min(1024 * 1024, options.Limits.MaxAnswer / 2);

    public string Name => "Release";

    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        if (Discovery.IsPublic(exchange.Canonical!))
        {
            return await discovery.WriteAsync(exchange);
        }

        if (ExportAnswers.IsExport(exchange.Asked!.Interaction))
        {
            return await exports.ReleaseAsync(exchange);
        }

        // 1. What the status means for this request.
        var answer = exchange.Answer!;
        var meaning = AnswerStatus.Read(answer.Status, exchange.Request!);
        if (meaning.Refusal is { } refusal)
        {
            exchange.RefusalStatus = meaning.Status;
            return StageResult.Refuse(refusal, $"upstream-{answer.Status}");
        }

        // 2. The body, whole, in a form that can be read; what is too large for that leaves on the way, segment by segment.
        using var body = new PooledBuffer(options.Limits.MaxAnswer);
        var opened = await ReadAsync(exchange, body, MayStream(exchange, meaning));
        if (opened.IsRefused(out _) || exchange.Delivered)
        {
            return opened;
        }

        // 3. Resource by resource; finished before the first byte goes.
        using var filtered = new PooledBuffer(options.Limits.MaxAnswer);
        var bytes = ReadOnlyMemory<byte>.Empty;
        if (body.Length > 0 && meaning.HasBody)
        {
            switch (Judge(exchange, body, filtered))
            {
                case AnswerVerdict.Unchanged:
                    bytes = body.Written;
                    break;
                case AnswerVerdict.Rewritten:
                    bytes = filtered.Written;
                    break;
                case AnswerVerdict.Withheld when exchange.Request!.IsWrite:
                    // It is written; who may not read it learns that and no more.
                    break;
                case AnswerVerdict.Withheld:
                    return StageResult.Refuse(DenyReason.NotFoundOrWithheld, exchange.Disclosure.LastWithheld.ToString());
                default:
                    return StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement");
            }
        }
        else if (meaning.NeedsBody)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "empty");
        }

        // 4. May all of it leave, now, to this client?
        var asked = ReleaseChecks.Ask(exchange, exchange.Disclosure, 0, snapshots);
        if (asked.IsRefused(out _))
        {
            return asked;
        }

        // 5. On record, durably; then the bytes.
        exchange.Status = meaning.Status;
        exchange.BytesOut = bytes.Length;
        var recorded = exchange.Request!.IsWrite ? await trail.RecordOutcomeAsync(exchange) : await trail.RecordDisclosureAsync(exchange);
        if (recorded.IsRefused(out _))
        {
            return recorded;
        }

        AnswerHeaders.Write(exchange, answer, bytes.Length, changed: !ReferenceEqualsMemory(bytes, body.Written));
        if (bytes.Length > 0 && !HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            await exchange.Http.Response.Body.WriteAsync(bytes, exchange.Http.RequestAborted);
        }

        exchange.Delivered = true;
        return StageResult.Continue;
    }

    private AnswerVerdict Judge(GatewayExchange exchange, PooledBuffer body, PooledBuffer filtered) =>
        AnswerFilter.Filter(exchange.Request!, body.Written.Span, exchange.Permit!.Release, exchange.Route!.Fhir, filtered, exchange.Disclosure, PageLinks.OptionsFor(exchange, handles));

    private async ValueTask<StageResult> ReadAsync(GatewayExchange exchange, PooledBuffer body, bool mayStream)
    {
        var answer = exchange.Answer!;
        if (answer.Length == 0 || answer.Status == StatusCodes.Status204NoContent)
        {
            return StageResult.Continue;
        }

        try
        {
            await using var stream = await answer.OpenAsync(exchange.Http.RequestAborted);
            if (stream is null)
            {
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "content-encoding");
            }

            if (mayStream)
            {
                if (!await body.TryReadAheadAsync(stream, _wholeUpTo, exchange.Http.RequestAborted))
                {
                    return IsJson(answer) ? await StreamAsync(exchange, body, stream) : StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
                }

                return body.Length == 0 || IsJson(answer) ? StageResult.Continue : StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
            }

            body.Expect(answer.Length ?? 0);
            if (!await body.TryReadAsync(stream, exchange.Http.RequestAborted))
            {
                return StageResult.Refuse(DenyReason.AnswerTooLarge);
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "cut-short");
        }

        return body.Length == 0 || IsJson(answer) ? StageResult.Continue : StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
    }

    private static bool IsJson(UpstreamAnswer answer) => answer.MediaType is "application/fhir+json" or "application/json" or "application/json+fhir";

    // The Bundle of an operation may say last what it is; only that of $everything is known beforehand.
    private bool MayStream(GatewayExchange exchange, AnswerStatus meaning) =>
        exchange.Request is { IsWrite: false } request
        && meaning.HasBody
        && (exchange.Answer!.Length is not { } length || length > _wholeUpTo)
        && (request.Interaction != Interaction.Operation || request.Operation == "$everything")
        && BundleStreamFilter.CanStream(request)
        && !HttpMethods.IsHead(exchange.Http.Request.Method);

    private ValueTask<StageResult> StreamAsync(GatewayExchange exchange, PooledBuffer body, Stream stream)
    {
        var whole = new ReplayStream(body.Written, stream);
        return streams.RunAsync(exchange, "application/fhir+json; charset=utf-8", (sink, cancellation) => BundleStreamFilter.RunAsync(
            exchange.Request!, whole, exchange.Permit!.Release, exchange.Route!.Fhir, PageLinks.OptionsFor(exchange, handles), sink, StreamLimits.Default, cancellation));
    }

    private static bool ReferenceEqualsMemory(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Equals(right);
}
