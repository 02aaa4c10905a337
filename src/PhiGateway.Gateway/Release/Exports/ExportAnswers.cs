using System.Globalization;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Release.Streaming;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Exports;

/// <summary>Answers of a Bulk Data export: kick-off, poll, cancel and files, each under handles of ours.</summary>
internal sealed class ExportAnswers(
    GatewayOptions options,
    HandleIssuer handles,
    StreamedRelease streams,
    AuditTrail trail,
    SnapshotHolder snapshots
)
{
    private const int LongestWait = 24 * 60 * 60;

    /// <summary>Whether the answer is one of these.</summary>
    public static bool IsExport(Interaction interaction) =>
        interaction is Interaction.Export or Interaction.ExportStatus or Interaction.ExportCancel or Interaction.ExportFile;

    /// <summary>Releases the answer.</summary>
    public ValueTask<StageResult> ReleaseAsync(GatewayExchange exchange)
    {
        var answer = exchange.Answer!;
        return (exchange.Asked!.Interaction, answer.Status) switch
        {
            (Interaction.Export, StatusCodes.Status202Accepted) => StartedAsync(exchange, answer),
            (Interaction.ExportStatus, StatusCodes.Status202Accepted) => WorkingAsync(exchange, answer),
            (Interaction.ExportStatus, StatusCodes.Status200OK) => FinishedAsync(exchange, answer),
            (Interaction.ExportCancel, StatusCodes.Status200OK or StatusCodes.Status202Accepted or StatusCodes.Status204NoContent) =>
                BodilessAsync(exchange, StatusCodes.Status202Accepted),
            (Interaction.ExportFile, StatusCodes.Status200OK) => FileAsync(exchange, answer),
            _ => new(Refused(exchange, answer)),
        };
    }

    private static StageResult Refused(GatewayExchange exchange, UpstreamAnswer answer)
    {
        SetWait(exchange, answer);
        var meaning = AnswerStatus.Read(answer.Status, exchange.Request!);
        if (meaning.Refusal is not null && meaning.Status != meaning.Refusal.Status)
        {
            exchange.RefusalStatus = meaning.Status;
        }

        return StageResult.Refuse(meaning.Refusal ?? DenyReason.UpstreamRefused, $"upstream-{answer.Status}");
    }

    // A number is a number; a date or a text of the upstream's does not pass.
    private static void SetWait(GatewayExchange exchange, UpstreamAnswer answer)
    {
        if (answer.RetryAfter is { TotalSeconds: > 0 and <= LongestWait } wait)
        {
            exchange.Http.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
    }

    private ValueTask<StageResult> StartedAsync(GatewayExchange exchange, UpstreamAnswer answer)
    {
        if (answer.ContentLocation is not { } place || handles.Issue(exchange, HandleKind.Job, place.OriginalString) is not { } job)
        {
            return new(StageResult.Refuse(DenyReason.UnreadableAnswer, "content-location"));
        }

        exchange.Http.Response.Headers.ContentLocation = job;
        return BodilessAsync(exchange, StatusCodes.Status202Accepted);
    }

    private ValueTask<StageResult> WorkingAsync(GatewayExchange exchange, UpstreamAnswer answer)
    {
        SetWait(exchange, answer);
        return BodilessAsync(exchange, StatusCodes.Status202Accepted);
    }

    private ValueTask<StageResult> BodilessAsync(GatewayExchange exchange, int status) => WriteAsync(exchange, status, default);

    private async ValueTask<StageResult> FinishedAsync(GatewayExchange exchange, UpstreamAnswer answer)
    {
        using var body = new PooledBuffer(options.Limits.MaxAnswer);
        using var manifest = new PooledBuffer(options.Limits.MaxAnswer);
        try
        {
            await using var stream = await answer.OpenAsync(exchange.Http.RequestAborted);
            if (
                stream is null
                || answer.MediaType is not ("application/json" or "application/fhir+json")
                || !await body.TryReadAsync(stream, exchange.Http.RequestAborted)
                || !ExportManifest.TryRewrite(body.Written, exchange, handles, manifest)
            )
            {
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "manifest");
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "cut-short");
        }

        return await WriteAsync(exchange, StatusCodes.Status200OK, manifest.Written);
    }

    private async ValueTask<StageResult> FileAsync(GatewayExchange exchange, UpstreamAnswer answer)
    {
        if (answer.MediaType is not ("application/fhir+ndjson" or "application/ndjson" or "application/x-ndjson"))
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
        }

        if (HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            return await WriteAsync(exchange, StatusCodes.Status200OK, default);
        }

        await using var stream = await answer.OpenAsync(exchange.Http.RequestAborted);
        return stream is null
            ? StageResult.Refuse(DenyReason.UnreadableAnswer, "content-encoding")
            : await streams.RunAsync(
                exchange,
                "application/fhir+ndjson",
                (sink, cancellation) =>
                    NdjsonFilter.RunAsync(
                        stream,
                        exchange.Permit!.Release,
                        exchange.Route!.Language,
                        sink,
                        StreamLimits.Default,
                        cancellation,
                        exchange.Request
                    )
            );
    }

    private async ValueTask<StageResult> WriteAsync(GatewayExchange exchange, int status, ReadOnlyMemory<byte> body)
    {
        var asked = ReleaseChecks.Ask(exchange, exchange.Disclosure, 0, snapshots);
        if (asked.IsRefused(out _))
        {
            return asked;
        }

        exchange.Status = status;
        exchange.BytesOut = body.Length;
        var recorded = exchange.Asked!.IsWrite ? await trail.RecordOutcomeAsync(exchange) : await trail.RecordDisclosureAsync(exchange);
        if (recorded.IsRefused(out _))
        {
            return recorded;
        }

        AnswerHeaders.WriteOwn(exchange, body.Length > 0 ? "application/json" : null, body.Length);
        if (body.Length > 0 && !HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            await exchange.Http.Response.Body.WriteAsync(body, exchange.Http.RequestAborted);
        }

        exchange.Delivered = true;
        return StageResult.Continue;
    }
}
