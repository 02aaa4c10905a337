using System.Runtime.CompilerServices;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Release.Pages;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>Reads and judges an answer that is held whole: that of a request of its own, or of one entry of a batch.</summary>
internal sealed class AnswerJudge(
    GatewayOptions options,
    HandleIssuer handles,
    PageWalk pages,
    VersionLookup versions,
    TargetLookup targets,
    SnapshotHolder snapshots
)
{
    /// <summary>Reads the body into the buffer; continues when it is empty or JSON.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<StageResult> ReadAsync(GatewayExchange exchange, PooledBuffer body)
    {
        var answer = exchange.Answer!;
        if (answer.Length == 0 || answer.Status == 204)
        {
            return StageResult.Continue;
        }

        var read = await answer.ReadAsync(body, exchange.Http.RequestAborted);
        return read.IsRefused(out _) ? read : CheckType(answer, body);
    }

    /// <summary>What is not empty must be JSON.</summary>
    public static StageResult CheckType(UpstreamAnswer answer, PooledBuffer body) =>
        body.Length == 0 || IsJson(answer) ? StageResult.Continue : StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");

    /// <summary>Whether the answer says that it is JSON.</summary>
    public static bool IsJson(UpstreamAnswer answer) =>
        answer.MediaType is "application/fhir+json" or "application/json" or "application/json+fhir";

    /// <summary>Judges resource by resource, then asks whether all of it may leave, now, to this client.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="meaning">What the status means.</param>
    /// <param name="body">The body, whole.</param>
    /// <param name="filtered">Receives what is rewritten.</param>
    /// <returns>When it continues, the bytes that may leave.</returns>
    public ValueTask<(StageResult Result, ReadOnlyMemory<byte> Bytes)> JudgeAsync(
        GatewayExchange exchange,
        AnswerStatus meaning,
        PooledBuffer body,
        PooledBuffer filtered
    )
    {
        var isJudged = body.Length > 0 && meaning.HasBody;
        if (isJudged && PageWalk.Applies(exchange) && PagedAnswer.CanPage(exchange.Request!, body.Written.Span, exchange.Route!.Language))
        {
            return WalkAsync(exchange, body, filtered);
        }

        return isJudged && KnownTargets.AreNeeded(exchange.Request!) ? AttributeAsync(exchange, meaning, body, filtered)
            : isJudged && VersionLookup.IsNeeded(exchange) ? LookUpAsync(exchange, meaning, body, filtered)
            : new(Judge(exchange, meaning, body, filtered, PageLinks.OptionsFor(exchange, handles)));
    }

    // Whose it is can be said once it is known whose that is which it speaks of.
    private async ValueTask<(StageResult Result, ReadOnlyMemory<byte> Bytes)> AttributeAsync(
        GatewayExchange exchange,
        AnswerStatus meaning,
        PooledBuffer body,
        PooledBuffer filtered
    ) => Judge(exchange, meaning, body, filtered, AnswerOptions.Default with { Targets = await targets.FindAsync(exchange, body.Written) });

    // Versions that may not be the current ones are judged in the light of these.
    private async ValueTask<(StageResult Result, ReadOnlyMemory<byte> Bytes)> LookUpAsync(
        GatewayExchange exchange,
        AnswerStatus meaning,
        PooledBuffer body,
        PooledBuffer filtered
    )
    {
        var (looked, options) = await versions.LookUpAsync(exchange, PageLinks.OptionsFor(exchange, handles));
        return looked.IsRefused(out _) ? (looked, default) : Judge(exchange, meaning, body, filtered, options);
    }

    private async ValueTask<(StageResult Result, ReadOnlyMemory<byte> Bytes)> WalkAsync(
        GatewayExchange exchange,
        PooledBuffer body,
        PooledBuffer filtered
    )
    {
        var walked = await pages.RunAsync(exchange, body, filtered);
        if (!walked.IsRefused(out _))
        {
            walked = ReleaseChecks.Ask(exchange, exchange.Disclosure, 0, snapshots);
        }

        return walked.IsRefused(out _) ? (walked, default) : (StageResult.Continue, filtered.Written);
    }

    private (StageResult Result, ReadOnlyMemory<byte> Bytes) Judge(
        GatewayExchange exchange,
        AnswerStatus meaning,
        PooledBuffer body,
        PooledBuffer filtered,
        AnswerOptions view
    )
    {
        var bytes = ReadOnlyMemory<byte>.Empty;
        if (body.Length > 0 && meaning.HasBody)
        {
            switch (
                AnswerFilter.Filter(
                    exchange.Request!,
                    body.Written.Span,
                    exchange.Permit!.Release,
                    exchange.Route!.Language,
                    filtered,
                    exchange.Disclosure,
                    view
                )
            )
            {
                case AnswerVerdict.Unchanged:
                    bytes = body.Written;
                    break;
                case AnswerVerdict.Rewritten:
                    bytes = filtered.Written;
                    break;
                case AnswerVerdict.Withheld when exchange.IsWrite:
                    // What was written was decided before; only its echo stays (SMART App Launch 2: to write is not to read).
                    break;
                case AnswerVerdict.Withheld:
                    return (StageResult.Refuse(DenyReason.NotFoundOrWithheld, exchange.Disclosure.LastWithheld.ToString()), default);
                default:
                    return (StageResult.Refuse(DenyReason.UnreadableAnswer, "judgement"), default);
            }
        }
        else if (meaning.NeedsBody)
        {
            return (StageResult.Refuse(DenyReason.UnreadableAnswer, "empty"), default);
        }

        var asked = ReleaseChecks.Ask(exchange, exchange.Disclosure, 0, snapshots);
        return asked.IsRefused(out _) ? (asked, default) : (StageResult.Continue, bytes);
    }

    /// <summary>A buffer for one answer, of the size that may be held.</summary>
    public PooledBuffer NewBuffer() => new(options.Limits.MaxAnswer);
}
