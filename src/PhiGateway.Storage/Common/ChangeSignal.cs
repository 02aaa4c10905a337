namespace PhiGateway.Storage.Common;

/// <summary>Wakes one waiter when something has happened, also when it was not waiting yet; set from any thread.</summary>
internal sealed class ChangeSignal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set: one wake-up covers any number of changes.
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    /// <summary>True when set within the time; taking note resets it.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        if (_set.Wait(0, CancellationToken.None))
        {
            return true;
        }

        if (atMost <= TimeSpan.Zero)
        {
            return false;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(Expire, limit, atMost, Timeout.InfiniteTimeSpan);
        try
        {
            await _set.WaitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => _set.Dispose();

    // A timer that is just ending may still come by once: what it throws would end the process.
    internal static void Expire(object? limit)
    {
        try
        {
            ((CancellationTokenSource)limit!).Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }
}
