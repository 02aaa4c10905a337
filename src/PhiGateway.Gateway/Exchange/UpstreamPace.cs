namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Limits how long an upstream may pause, drip or take as a whole in the middle of an answer, by cancelling the read; owned by the answer.
/// </summary>
/// <remarks>
/// The source is that of the call itself, which is cancelled when the client goes away: an answer costs no further timer. Not thread-safe but
/// for <see cref="Stop"/>.
/// </remarks>
/// <param name="source">Ends a read that waits.</param>
/// <param name="silence">Longest wait for the next bytes.</param>
/// <param name="whole">Longest wait for all of them together.</param>
/// <param name="leastRate">Bytes a second that must come besides: one that drips holds its place no longer than one that is silent.</param>
/// <param name="clock">Measures the waits.</param>
internal sealed class UpstreamPace(CancellationTokenSource source, TimeSpan silence, TimeSpan whole, int leastRate, TimeProvider clock)
    : IDisposable
{
    private readonly TimeSpan _silence = silence;
    private TimeSpan _left = whole;
    private TimeSpan _credit = silence;
    private long _started;

    /// <summary>Begins a wait; null when there is no time left.</summary>
    public CancellationToken? Start()
    {
        var patience = _left < _silence ? _left : _silence;
        patience = _credit < patience ? _credit : patience;
        if (patience <= TimeSpan.Zero || source.IsCancellationRequested)
        {
            return null;
        }

        _started = clock.GetTimestamp();
        source.CancelAfter(patience);
        return source.Token;
    }

    /// <summary>The wait is over.</summary>
    /// <param name="read">Bytes that came of it.</param>
    public void Pause(int read)
    {
        source.CancelAfter(Timeout.InfiniteTimeSpan);
        var waited = clock.GetElapsedTime(_started);
        _left -= waited;
        _credit += TimeSpan.FromSeconds((double)read / leastRate) - waited;
    }

    /// <summary>Ends the wait.</summary>
    public void Stop() => source.Cancel();

    public void Dispose() => source.Dispose();
}
