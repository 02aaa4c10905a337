using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Release.Pages;
using PhiGateway.Gateway.Release.Streaming;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Whole;

/// <summary>
/// Releases the answer to one FHIR request or to a transaction: reads it whole (or, when large, in segments), judges it, and lets out what
/// may leave. Called by the Release stage.
/// </summary>
internal sealed class WholeAnswers(
    GatewayOptions options,
    AnswerBuffers buffers,
    StreamedRelease streams,
    AnswerJudge judge,
    TargetLookup targets,
    HandleIssuer handles,
    CreatedPlace created,
    VersionConflict conflicts,
    Exit exit
)
{
    // Searches up to here are judged whole; a larger one is not held.
    private readonly int _wholeUpTo = Math.Min(1024 * 1024, options.Limits.MaxAnswer / 2);

    // One whose records may be held to what other pages name is not judged alone; a larger one is, and what nothing on it names stays.
    private readonly int _aroundUpTo = Math.Max(Math.Min(1024 * 1024, options.Limits.MaxAnswer / 2), options.Limits.MaxAnswer / 8);

    // While this node holds much already, still less is held of each.
    private const int LittleWhole = 32 * 1024;

    /// <summary>Judges the answer and lets it out.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StageResult> ReleaseAsync(GatewayExchange exchange)
    {
        // 1. What the status means for this request.
        var answer = exchange.Forwarded.Answer;
        var meant = AnswerStatus.Read(answer.Status, exchange);
        if (!meant.Continues)
        {
            return await conflicts.IsMetAsync(exchange, answer.Status)
                ? VersionConflict.Refusal
                : await RefuseAsync(exchange, meant.Result);
        }

        var meaning = meant.Value;

        // 2. The body, whole, in a form that can be read; what is too large for that leaves on the way, segment by segment.
        using var body = judge.NewBuffer(exchange);
        var opened = MayStream(exchange, meaning) ? await ReadAheadAsync(exchange, body) : await AnswerJudge.ReadAsync(exchange, body);
        if (exchange.Delivered)
        {
            return opened;
        }

        if (!opened.Continues)
        {
            return await RefuseOrTellAsync(exchange, meaning, meaning.Instead(opened), body);
        }

        // 3. Resource by resource; finished before the first byte goes.
        using var filtered = judge.NewBuffer(exchange);
        var judged = await judge.JudgeAsync(exchange, meaning, body, filtered);
        if (!judged.Continues)
        {
            return await RefuseOrTellAsync(exchange, meaning, meaning.Instead(judged.Result), body);
        }

        // 4. Out, if all of it may leave, now, to this client.
        var bytes = judged.Value;
        var location = created.Find(exchange, answer, meaning.Status);
        var leaving = AnswerHeaders.Describe(exchange, meaning.Status, bytes, !bytes.Equals(body.Written), location);
        if (exchange.Request.AsksContent)
        {
            var content = BinaryContent.Of(exchange, leaving);
            return content.Continues ? await exit.LetOutAsync(exchange, content.Value) : content.Result;
        }

        return await exit.LetOutAsync(exchange, leaving);
    }

    private async ValueTask<StageResult> RefuseAsync(GatewayExchange exchange, StageResult refused)
    {
        if (exchange.Kind != RequestKind.Transaction)
        {
            return refused;
        }

        using var body = judge.NewBuffer(exchange);
        return await FailedEntry.NameAsync(exchange, body, refused);
    }

    // What was done is told, whatever is the matter with what the upstream says of it.
    private async ValueTask<StageResult> RefuseOrTellAsync(
        GatewayExchange exchange,
        AnswerStatus meaning,
        StageResult refused,
        PooledBuffer body
    )
    {
        if (!UnreadEcho.Is(exchange, refused, body, created))
        {
            return refused;
        }

        var told = UnreadEcho.Take(exchange);
        var location = created.Find(exchange, exchange.Forwarded.Answer, meaning.Status);
        return await exit.LetOutAsync(exchange, AnswerHeaders.Describe(exchange, meaning.Status, told, isChanged: true, location));
    }

    private async ValueTask<StageResult> ReadAheadAsync(GatewayExchange exchange, PooledBuffer body)
    {
        var answer = exchange.Forwarded.Answer;
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

            // Security: what is put together page by page is so however much is held; without room for it there is no answer, not the
            // upstream's own pages, in which what is withheld shows by its place.
            var isHeld = PageWalk.Applies(exchange) || buffers.HasRoom(exchange, 4L * _wholeUpTo);
            var whole = AroundNames.MayHold(exchange) ? _aroundUpTo : _wholeUpTo;
            whole = isHeld ? whole : LittleWhole;
            if (!await body.TryReadAheadAsync(stream, whole, exchange.Http.RequestAborted))
            {
                return KnownMediaTypes.IsFhirJson(answer.MediaType)
                    ? await StreamAsync(exchange, body, stream)
                    : StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");
            }
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "cut-short");
        }

        return answer.CheckType(body);
    }

    // The Bundle of an operation may say last what it is; only that of $everything is known beforehand.
    private bool MayStream(GatewayExchange exchange, AnswerStatus meaning) =>
        exchange.Request is { IsWrite: false } request
        && meaning.HasBody
        && !exchange.Settled.Counts
        && (exchange.Forwarded.Answer.Length is not { } length || length > _wholeUpTo)
        && (request.Interaction != Interaction.Operation || request.Operation == "$everything")
        && BundleStreamFilter.CanStream(request)
        && !PageWalk.HoldsWhole(exchange)
        && request.Type != ResourceType.Binary
        && !IsJudgedByOthers(exchange)
        && !HandleIssuer.IsLong(exchange)
        && !HttpMethods.IsHead(exchange.Http.Request.Method);

    // Whose a Slot is its Schedule says, which is looked up for a page that is held; the hospital's own are shown it without. Answers of a
    // transaction stand by position, and wait for no look-up.
    private static bool IsJudgedByOthers(GatewayExchange exchange) =>
        exchange.Kind == RequestKind.Transaction
            ? TargetLookup.Begin(exchange, exchange.Permit.Release) is not null
            : HopTargets.AreOf(exchange.Request.Type) && !ReleaseChecks.MayReceiveUndetermined(exchange);

    private ValueTask<StageResult> StreamAsync(GatewayExchange exchange, PooledBuffer body, Stream stream)
    {
        var whole = new ReplayStream(body.Written, stream);
        var known = targets.BeginOfStream(exchange);
        return streams.RunAsync(
            exchange,
            KnownMediaTypes.FhirJsonUtf8,
            (release, sink, limits, cancellation) =>
                BundleStreamFilter.RunAsync(
                    exchange.Request,
                    whole,
                    release,
                    exchange.Ingressed.Route.Language,
                    PageLinks.OptionsFor(exchange, handles) with
                    {
                        Targets = known,
                        HoldsToPage = AroundNames.MayHold(exchange),
                    },
                    sink,
                    limits,
                    cancellation,
                    known is null ? null : entries => targets.FindOfStreamAsync(exchange, entries, known)
                )
        );
    }
}
