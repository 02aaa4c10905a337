using System.Globalization;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Release.Streaming;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Exports;

/// <summary>
/// Releases the answers of a Bulk Data export (kick-off, poll, cancel, files) with handles of the gateway in place of the upstream's
/// addresses. Called by the Release stage.
/// </summary>
internal sealed class ExportAnswers(
    AnswerBuffers buffers,
    HandleIssuer handles,
    Fetch fetch,
    ExportListings listings,
    ShownFiles files,
    ExportNames names,
    StreamedRelease streams,
    StillOpen still,
    Exit exit
)
{
    private const string NoFile = "file";

    /// <summary>Releases the answer.</summary>
    public ValueTask<StageResult> ReleaseAsync(GatewayExchange exchange)
    {
        var answer = exchange.Forwarded.Answer;
        return (exchange.Asked.Interaction, answer.Status) switch
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

    // A client that asks too often slows down at 429, and takes 503 for the end of its export (Bulk Data Access, 2.4).
    private static StageResult Refused(GatewayExchange exchange, UpstreamAnswer answer) =>
        answer.Status == StatusCodes.Status429TooManyRequests
        && exchange.Asked.Interaction is (Interaction.Export or Interaction.ExportStatus)
            ? StageResult.Refuse(DenyReason.UpstreamBusy, "upstream-429", StatusCodes.Status429TooManyRequests)
            : AnswerStatus.Refuse(answer.Status, exchange.Request);

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
        if (answer.WaitAt(exchange.Now) is { } wait)
        {
            exchange.Http.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        }

        if (ExportProgress.Of(answer.Progress) is { } progress)
        {
            exchange.Http.Response.Headers["X-Progress"] = progress;
        }

        return BodilessAsync(exchange, StatusCodes.Status202Accepted);
    }

    private ValueTask<StageResult> BodilessAsync(GatewayExchange exchange, int status) => WriteAsync(exchange, status, default);

    private async ValueTask<StageResult> FinishedAsync(GatewayExchange exchange, UpstreamAnswer answer)
    {
        if (HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            return await WriteAsync(exchange, StatusCodes.Status200OK, default);
        }

        var listing = await ReadListingAsync(exchange, answer);
        if (!listing.Continues)
        {
            return listing.Result;
        }

        // What is named is what holds something that may leave: looked into under what holds now.
        var open = still.Ask(exchange);
        if (!open.Continues)
        {
            return open;
        }

        // Bulk Data Access, 2.5: when the files will be gone. Under the gateway's names that is no later than these end.
        if (answer.Expires is { } gone && gone > exchange.Now)
        {
            var end = exchange.Now + HandleIssuer.ExportLife;
            exchange.Http.Response.Headers.Expires = (gone < end ? gone : end).ToString("R", CultureInfo.InvariantCulture);
        }

        using var manifest = buffers.Open(exchange);
        var shown = UpstreamCallFactory.Withholds(exchange.Permit) ? await files.FindShownAsync(exchange, listing.Value) : null;
        return ExportManifest.TryWrite(listing.Value, exchange, handles, shown, manifest)
            ? await WriteAsync(exchange, StatusCodes.Status200OK, manifest.Written)
            : StageResult.Refuse(DenyReason.UnreadableAnswer, "manifest");
    }

    private async ValueTask<StageResult<ExportListing>> ReadListingAsync(GatewayExchange exchange, UpstreamAnswer answer)
    {
        using var body = buffers.Open(exchange);
        try
        {
            await using var stream = await answer.OpenAsync(exchange.Http.RequestAborted);
            if (
                stream is null
                || !KnownMediaTypes.IsFhirJson(answer.MediaType)
                || !await body.TryReadAsync(stream, exchange.Http.RequestAborted)
            )
            {
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "manifest");
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "cut-short");
        }

        return await listings.ReadAsync(exchange, body.Written);
    }

    private async ValueTask<StageResult> FileAsync(GatewayExchange exchange, UpstreamAnswer answer)
    {
        if (exchange.Understood.Handle.Listed is { } list)
        {
            return await ListAsync(exchange, answer, list);
        }

        if (!KnownMediaTypes.IsNdjson(answer.MediaType))
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
            : await StreamAsync(exchange, stream, SourcesOf(exchange, null), static _ => new(true));
    }

    // All files of a list, one after the other: the manifest says which they are, as it did when they were named.
    private async ValueTask<StageResult> ListAsync(GatewayExchange exchange, UpstreamAnswer answer, ExportedList list)
    {
        if (HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            return await WriteAsync(exchange, StatusCodes.Status200OK, default);
        }

        var listing = await ReadListingAsync(exchange, answer);
        if (!listing.Continues)
        {
            return listing.Result;
        }

        var places = new List<string>();
        foreach (var file in listing.Value.Files)
        {
            if (file.List == list && handles.FindFile(exchange, file.Url) is { } place)
            {
                places.Add(place);
            }
        }

        if (places.Count == 0)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, NoFile);
        }

        await using var joined = new JoinedFiles(fetch, exchange, places);
        var sources = SourcesOf(exchange, listing.Value);
        var isThere = true;
        var streamed = await StreamAsync(
            exchange,
            joined,
            sources,
            async cancellation =>
            {
                if (sources is not null)
                {
                    await sources.BeginAsync(list.Type, cancellation);
                }

                isThere = await joined.TryBeginAsync(cancellation);
                return isThere;
            }
        );
        return isThere ? streamed : StageResult.Refuse(DenyReason.UnreadableAnswer, NoFile);
    }

    private FileSources? SourcesOf(GatewayExchange exchange, ExportListing? listing) =>
        names.Open(exchange, names.Begin(exchange, listing, long.MaxValue));

    // Opened last, so that the file is read from then on.
    private async ValueTask<StageResult> StreamAsync(
        GatewayExchange exchange,
        Stream lines,
        FileSources? sources,
        Func<CancellationToken, ValueTask<bool>> open
    )
    {
        var streamed = await streams.RunAsync(
            exchange,
            KnownMediaTypes.FhirNdjson,
            async (release, sink, limits, cancellation) =>
                await open(cancellation)
                    ? await NdjsonFilter.RunAsync(
                        lines,
                        release,
                        exchange.Ingressed.Route.Language,
                        sink,
                        limits,
                        cancellation,
                        exchange.Request,
                        tellsOutcomes: !UpstreamCallFactory.Withholds(exchange.Permit),
                        sources
                    )
                    : StreamVerdict.Unreadable
        );

        // That the server was busy is told as such while it can be.
        return !streamed.Continues && sources is { Outcome.Continues: false } && !exchange.Http.Response.HasStarted
            ? sources.Outcome
            : streamed;
    }

    private ValueTask<StageResult> WriteAsync(GatewayExchange exchange, int status, ReadOnlyMemory<byte> body) =>
        exit.LetOutAsync(exchange, new OutgoingAnswer(status, body, KnownMediaTypes.Json));
}
