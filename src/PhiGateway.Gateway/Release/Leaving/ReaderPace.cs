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
    public ValueTask<StageResult> WaitAsync(ValueTask sending, int bytes)
    {
        if (!sending.IsCompleted)
        {
            return AwaitAsync(sending.AsTask(), Grace + TimeSpan.FromSeconds((double)bytes / options.Limits.LeastRate));
        }

        sending.GetAwaiter().GetResult();
        return new(StageResult.Continue);
    }

    /// <summary>What becomes of an answer that its client does not read.</summary>
    public static StageResult TooSlow { get; } = StageResult.Refuse(DenyReason.ReaderTooSlow);

    private static async ValueTask<StageResult> AwaitAsync(Task sending, TimeSpan time)
    {
        try
        {
            await sending.WaitAsync(time);
            return StageResult.Continue;
        }
        catch (TimeoutException)
        {
            return TooSlow;
        }
    }
}
