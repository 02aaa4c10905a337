using System.Runtime.CompilerServices;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// The body of an upstream's answer, read only as long as it comes: a pause that is too long, a drip, or a body that takes too long as a whole, is a
/// broken one (<see cref="IOException"/>). Opened by <see cref="UpstreamAnswer"/>.
/// </summary>
/// <remarks>Only waiting for the upstream counts, not the time that a slow client takes between two reads.</remarks>
/// <param name="body">The body as it comes.</param>
/// <param name="pace">How long may be waited.</param>
internal sealed class PacedStream(Stream body, UpstreamPace pace) : ReadOnlyStream
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (pace.Start() is not { } patience)
        {
            throw new IOException("The upstream takes too long.");
        }

        var read = 0;
        try
        {
            await using var link = cancellationToken.UnsafeRegister(static state => ((UpstreamPace)state!).Stop(), pace);
            return read = await body.ReadAsync(buffer, patience);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("The upstream fell silent.");
        }
        finally
        {
            pace.Pause(read);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            body.Dispose();
        }

        base.Dispose(disposing);
    }
}
