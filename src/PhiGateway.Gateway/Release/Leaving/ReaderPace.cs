using System.IO.Pipelines;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// Limits how long a client may take to read a piece of its answer, by the piece's length and the configured least rate; asked by
/// <see cref="Exit"/> for each piece.
/// </summary>
/// <remarks>The server's own least rate does not hold where a client keeps its window shut (HTTP/2).</remarks>
internal sealed class ReaderPace(GatewayOptions options)
{
    /// <summary>A client may pause for so long before its rate counts.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Milliseconds that one answer may take, however large it is.</summary>
    public long Longest { get; } = (long)options.Limits.LongestAnswer.TotalMilliseconds;

    /// <summary>Continues when the piece was taken.</summary>
    /// <param name="sending">Completes when it was.</param>
    /// <param name="bytes">Its length.</param>
    /// <exception cref="ReaderGoneException">The connection takes nothing more.</exception>
    public ValueTask<StageResult> WaitAsync(ValueTask<FlushResult> sending, int bytes)
    {
        if (!sending.IsCompleted)
        {
            return AwaitAsync(sending.AsTask(), Grace + TimeSpan.FromSeconds((double)bytes / options.Limits.LeastRate));
        }

        return new(Taken(sending.GetAwaiter().GetResult()));
    }

    /// <summary>What becomes of an answer that its client does not read.</summary>
    public static StageResult TooSlow { get; } = StageResult.Refuse(DenyReason.ReaderTooSlow);

    // A server drops without a word what is written to a connection that has broken, and says that it has broken some time later: what it
    // dropped must not be on record as handed over.
    private static StageResult Taken(FlushResult result) =>
        result.IsCompleted || result.IsCanceled ? throw new ReaderGoneException() : StageResult.Continue;

    private static async ValueTask<StageResult> AwaitAsync(Task<FlushResult> sending, TimeSpan time)
    {
        try
        {
            return Taken(await sending.WaitAsync(time));
        }
        catch (TimeoutException)
        {
            return TooSlow;
        }
    }
}
