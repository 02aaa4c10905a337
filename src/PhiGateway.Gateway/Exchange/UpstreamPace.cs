namespace PhiGateway.Gateway.Exchange;

/// <summary>How long an upstream may keep the gateway waiting in the middle of an answer; owned by the answer.</summary>
/// <remarks>
/// The source is that of the call itself, which is cancelled when the client goes away: an answer costs no further timer. Not thread-safe but
/// for <see cref="Stop"/>.
/// </remarks>
/// <param name="source">Ends a read that waits.</param>
/// <param name="silence">Longest wait for the next bytes.</param>
/// <param name="whole">Longest wait for all of them together.</param>
/// <param name="clock">Measures the waits.</param>
internal sealed class UpstreamPace(CancellationTokenSource source, TimeSpan silence, TimeSpan whole, TimeProvider clock) : IDisposable
{
    private TimeSpan _left = whole;
    private long _started;

    /// <summary>Begins a wait; null when there is no time left.</summary>
    public CancellationToken? Start()
    {
        if (_left <= TimeSpan.Zero || source.IsCancellationRequested)
        {
            return null;
        }

        _started = clock.GetTimestamp();
        source.CancelAfter(_left < silence ? _left : silence);
        return source.Token;
    }

    /// <summary>The wait is over.</summary>
    public void Pause()
    {
        source.CancelAfter(Timeout.InfiniteTimeSpan);
        _left -= clock.GetElapsedTime(_started);
    }

    /// <summary>Ends the wait.</summary>
    public void Stop() => source.Cancel();

    public void Dispose() => source.Dispose();
}
