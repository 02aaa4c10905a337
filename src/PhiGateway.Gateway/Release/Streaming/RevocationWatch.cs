using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Release.Streaming;

/// <summary>
/// Ends a streaming answer at once when its client's path closes (revoked, suspended, agreement ended), also while it waits for the upstream
/// or for a slow client.
/// </summary>
internal sealed class RevocationWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SnapshotHolder _snapshots;
    private readonly RunningAnswer _running;
    private readonly CutAnswers _cut;
    private readonly CancellationTokenSource _end;
    private bool _disposed;
    private int _counted;

    public RevocationWatch(GatewayExchange exchange, SnapshotHolder snapshots, RunningAnswer running, CutAnswers cut)
    {
        (_snapshots, _running, _cut) = (snapshots, running, cut);
        _end = CancellationTokenSource.CreateLinkedTokenSource(exchange.Http.RequestAborted);
        Token = _end.Token;
        snapshots.Published += OnPublished;
        // What was published between the decision and this line.
        OnPublished(snapshots.Current);
    }

    /// <summary>Cancelled when the path closes, on <see cref="Stop"/>, and when the client goes away.</summary>
    public CancellationToken Token { get; }

    /// <summary>Ends the answer.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                // Not waited for: whoever publishes a snapshot must not run what hangs on this token.
                _ = _end.CancelAsync();
            }
        }
    }

    public void Dispose()
    {
        _snapshots.Published -= OnPublished;
        lock (_gate)
        {
            _disposed = true;
            _end.Dispose();
        }
    }

    private void OnPublished(RegistrySnapshot snapshot)
    {
        if (IsClosed())
        {
            if (Interlocked.Exchange(ref _counted, 1) == 0)
            {
                _cut.Note(snapshot.Revision);
            }

            Stop();
        }
    }

    // Whether it is open cannot be said: it is not.
    private bool IsClosed()
    {
        try
        {
            return _running.FindClosed(out _);
        }
#pragma warning disable CA1031 // Security: an answer that nobody could judge again must not go on because of that.
        catch (Exception)
#pragma warning restore CA1031
        {
            return true;
        }
    }
}
