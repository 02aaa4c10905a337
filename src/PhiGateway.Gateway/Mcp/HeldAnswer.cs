namespace PhiGateway.Gateway.Mcp;

/// <summary>An answer as it is written, held up to a bound; beyond it its request is cut. Used by <see cref="InnerCall"/>.</summary>
internal sealed class HeldAnswer(int mostBytes, CancellationTokenSource cut) : MemoryStream
{
    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => GetBuffer().AsMemory(0, (int)Length);

    public override void Write(byte[] buffer, int offset, int count)
    {
        Bound(count);
        base.Write(buffer, offset, count);
    }

    // By the array: the framework's own way with a span comes back to the array's when the stream is not a plain one.
    public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer, offset, count);
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    private void Bound(int more)
    {
        if (Length + more > mostBytes)
        {
            cut.Cancel();
        }

        cut.Token.ThrowIfCancellationRequested();
    }
}
