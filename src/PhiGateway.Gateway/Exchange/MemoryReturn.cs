namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Gives memory back to the system after a time of large answers: the collector keeps what it freed until it has run some times more, and a
/// node that has become quiet does not run it. Used by <see cref="HeldMemory"/>.
/// </summary>
/// <remarks>Thread-safe. The collections run beside the requests and stop nobody.</remarks>
internal sealed class MemoryReturn : IDisposable
{
    // Less than this is not worth it.
    private const long Worth = 64 * 1024 * 1024;

    // The collector gives a region back that was free for so many of its runs.
    private const int Runs = 6;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Timer _timer;
    private long _dropped;
    private long _seen;
    private int _left;
    private bool _isDue;

    public MemoryReturn() => _timer = new Timer(static state => ((MemoryReturn)state!).Look(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>A large array was dropped.</summary>
    public void Note(long bytes)
    {
        lock (_lock)
        {
            _dropped += bytes;
            if (_dropped < Worth || _isDue)
            {
                return;
            }

            (_isDue, _seen, _left) = (true, _dropped, Runs);
            _timer.Change(Every, Every);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (_dropped != _seen)
            {
                // Not quiet yet: the collector runs by itself.
                (_seen, _left) = (_dropped, Runs);
                return;
            }

            if (_left-- == 0)
            {
                (_dropped, _isDue) = (0, false);
                _timer.Change(Timeout.Infinite, Timeout.Infinite);
                return;
            }
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false);
    }
}
