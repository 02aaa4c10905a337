using Microsoft.AspNetCore.Http;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// A request's body of which all must have come within a time from its first read on; what is read later throws as the server's own limits
/// do, with 408. Put around the body by whoever reads it: the Understand stage, the MCP door, and for the other listeners a middleware.
/// </summary>
/// <remarks>
/// The server's least rate does not bound a whole body: who keeps to it holds a place and memory for as long as the largest body takes.
/// Not thread-safe.
/// </remarks>
/// <param name="inner">The body; not disposed of here.</param>
/// <param name="most">Within what time.</param>
/// <param name="clock">Clock.</param>
/// <param name="aborted">The client has gone.</param>
internal sealed class TimedBody(Stream inner, TimeSpan most, TimeProvider clock, CancellationToken aborted) : ReadOnlyStream
{
    private CancellationTokenSource? _end;
    private CancellationTokenRegistration _aborted;

    /// <summary>Whether the time ran out.</summary>
    public bool IsOver { get; private set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var end = Begin();
        if (end.IsCancellationRequested)
        {
            return ValueTask.FromException<int>(Ended(cancellationToken));
        }

        if (cancellationToken.CanBeCanceled && cancellationToken != aborted)
        {
            return ReadLinkedAsync(buffer, end, cancellationToken);
        }

        var read = inner.ReadAsync(buffer, end);
        return read.IsCompletedSuccessfully ? read : AwaitAsync(read, CancellationToken.None);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _aborted.Dispose();
            _end?.Dispose();
        }

        base.Dispose(disposing);
    }

    private CancellationToken Begin()
    {
        if (_end is null)
        {
            _end = new CancellationTokenSource(most, clock);
            _aborted = aborted.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
        }

        return _end.Token;
    }

    private async ValueTask<int> ReadLinkedAsync(Memory<byte> buffer, CancellationToken end, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(end, cancellationToken);
        return await AwaitAsync(inner.ReadAsync(buffer, both.Token), cancellationToken);
    }

    private async ValueTask<int> AwaitAsync(ValueTask<int> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read;
        }
        catch (OperationCanceledException) when (_end!.IsCancellationRequested)
        {
            throw Ended(cancellationToken);
        }
    }

    // Who has gone is not told of a time.
    private Exception Ended(CancellationToken cancellationToken)
    {
        if (aborted.IsCancellationRequested || cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(aborted.IsCancellationRequested ? aborted : cancellationToken);
        }

        IsOver = true;
        return new BadHttpRequestException("The body did not come in time.", StatusCodes.Status408RequestTimeout);
    }
}
