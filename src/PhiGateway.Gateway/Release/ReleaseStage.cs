using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Release.Apis;
using PhiGateway.Gateway.Release.Batches;
using PhiGateway.Gateway.Release.Documents;
using PhiGateway.Gateway.Release.Exports;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Release.Pages;
using PhiGateway.Gateway.Release.Streaming;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release;

/// <summary>
/// Does the answer keep to the decision, and whose data is in it? Reads it whole (or, when large, in segments), judges it, records it, and
/// only then lets it go.
/// </summary>
internal sealed class ReleaseStage(
    GatewayOptions options,
    DiscoveryDocuments discovery,
    ExportAnswers exports,
    BatchRelease batches,
    ApiAnswers apis,
    StreamedRelease streams,
    AnswerJudge judge,
    HandleIssuer handles,
    AuditTrail trail
) : IStage
{
    // Searches up to here are judged whole; a larger one is not held.
    private readonly int _wholeUpTo = Math.Min(1024 * 1024, options.Limits.MaxAnswer / 2);

    public string Name => "Release";

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StageResult> RunAsync(GatewayExchange exchange)
    {
        if (Discovery.IsPublic(exchange))
        {
            return await discovery.WriteAsync(exchange);
        }

        if (exchange.Api is { } api)
        {
            return await apis.ReleaseAsync(exchange, api);
        }

        if (ExportAnswers.IsExport(exchange.Asked!.Interaction))
        {
            return await exports.ReleaseAsync(exchange);
        }

        if (exchange.Request!.Interaction == Interaction.Batch)
        {
            return await batches.ReleaseAsync(exchange);
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
        using var body = judge.NewBuffer();
        var opened = MayStream(exchange, meaning) ? await ReadAheadAsync(exchange, body) : await AnswerJudge.ReadAsync(exchange, body);
        if (opened.IsRefused(out _) || exchange.Delivered)
        {
            return opened;
        }

        // 3. Resource by resource; finished before the first byte goes. Then: may all of it leave, now, to this client?
        using var filtered = judge.NewBuffer();
        var (judged, bytes) = await judge.JudgeAsync(exchange, meaning, body, filtered);
        if (judged.IsRefused(out _))
        {
            return judged;
        }

        // 4. On record, durably; then the bytes.
        exchange.Status = meaning.Status;
        exchange.BytesOut = bytes.Length;
        var recorded = exchange.IntentRecorded ? await trail.RecordOutcomeAsync(exchange) : await trail.RecordDisclosureAsync(exchange);
        if (recorded.IsRefused(out _))
        {
            return recorded;
        }

        AnswerHeaders.Write(exchange, answer, bytes.Length, changed: !bytes.Equals(body.Written));
        if (bytes.Length > 0 && !HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            await exchange.Http.Response.Body.WriteAsync(bytes, exchange.Http.RequestAborted);
        }

        exchange.Delivered = true;
        return StageResult.Continue;
    }

    private async ValueTask<StageResult> ReadAheadAsync(GatewayExchange exchange, PooledBuffer body)
    {
        var answer = exchange.Answer!;
        if (answer.Length == 0)
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

            if (!await body.TryReadAheadAsync(stream, _wholeUpTo, exchange.Http.RequestAborted))
            {
                return AnswerJudge.IsJson(answer)
                    ? await StreamAsync(exchange, body, stream)
                    : StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "cut-short");
        }

        return AnswerJudge.CheckType(answer, body);
    }

    // The Bundle of an operation may say last what it is; only that of $everything is known beforehand.
    private bool MayStream(GatewayExchange exchange, AnswerStatus meaning) =>
        exchange.Request is { IsWrite: false } request
        && meaning.HasBody
        && (exchange.Answer!.Length is not { } length || length > _wholeUpTo)
        && (request.Interaction != Interaction.Operation || request.Operation == "$everything")
        && BundleStreamFilter.CanStream(request)
        && !PageWalk.HoldsWhole(exchange)
        && !HttpMethods.IsHead(exchange.Http.Request.Method);

    private ValueTask<StageResult> StreamAsync(GatewayExchange exchange, PooledBuffer body, Stream stream)
    {
        var whole = new ReplayStream(body.Written, stream);
        return streams.RunAsync(
            exchange,
            "application/fhir+json; charset=utf-8",
            (sink, cancellation) =>
                BundleStreamFilter.RunAsync(
                    exchange.Request!,
                    whole,
                    exchange.Permit!.Release,
                    exchange.Route!.Language,
                    PageLinks.OptionsFor(exchange, handles),
                    sink,
                    StreamLimits.Default,
                    cancellation
                )
        );
    }
}
