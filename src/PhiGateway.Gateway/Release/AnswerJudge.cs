using System.Runtime.CompilerServices;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Forward;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Gateway.Registry;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Gateway.Release;

/// <summary>Reads and judges an answer that is held whole: that of a request of its own, or of one entry of a batch.</summary>
internal sealed class AnswerJudge(GatewayOptions options, HandleIssuer handles, PageWalk pages, SnapshotHolder snapshots)
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
    public static bool IsJson(UpstreamAnswer answer) => answer.MediaType is "application/fhir+json" or "application/json" or "application/json+fhir";

    /// <summary>Judges resource by resource, then asks whether all of it may leave, now, to this client.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="meaning">What the status means.</param>
    /// <param name="body">The body, whole.</param>
    /// <param name="filtered">Receives what is rewritten.</param>
    /// <returns>When it continues, the bytes that may leave.</returns>
    public ValueTask<(StageResult Result, ReadOnlyMemory<byte> Bytes)> JudgeAsync(GatewayExchange exchange, AnswerStatus meaning, PooledBuffer body, PooledBuffer filtered) =>
        body.Length > 0 && meaning.HasBody && PageWalk.Applies(exchange) ? WalkAsync(exchange, body, filtered) : new(Judge(exchange, meaning, body, filtered));

    private async ValueTask<(StageResult Result, ReadOnlyMemory<byte> Bytes)> WalkAsync(GatewayExchange exchange, PooledBuffer body, PooledBuffer filtered)
    {
        var walked = await pages.RunAsync(exchange, body, filtered);
        if (!walked.IsRefused(out _))
        {
            walked = ReleaseChecks.Ask(exchange, exchange.Disclosure, 0, snapshots);
        }

        return walked.IsRefused(out _) ? (walked, default) : (StageResult.Continue, filtered.Written);
    }

    private (StageResult Result, ReadOnlyMemory<byte> Bytes) Judge(GatewayExchange exchange, AnswerStatus meaning, PooledBuffer body, PooledBuffer filtered)
    {
        var bytes = ReadOnlyMemory<byte>.Empty;
        if (body.Length > 0 && meaning.HasBody)
        {
            switch (AnswerFilter.Filter(exchange.Request!, body.Written.Span, exchange.Permit!.Release, exchange.Route!.Fhir, filtered, exchange.Disclosure, PageLinks.OptionsFor(exchange, handles)))
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
