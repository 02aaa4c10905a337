using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Mcp;

/// <summary>
/// An answer as it is written, held up to a bound and as far as the node has room for it; beyond either its request is cut. Used by
/// <see cref="InnerCall"/>.
/// </summary>
internal sealed class HeldAnswer(int mostBytes, HeldMemory memory, CancellationTokenSource cut) : MemoryStream
{
    // Its text and the message around it are made of it before it can go.
    private const int Copies = 4;

    private long _taken;

    /// <summary>Whether it was cut because the node has no room for it.</summary>
    public bool HasNoRoom { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => GetBuffer().AsMemory(0, (int)Length);

    public override void Write(byte[] buffer, int offset, int count)
    {
        MakeRoom(count);
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

    protected override void Dispose(bool disposing)
    {
        memory.GiveBack(Interlocked.Exchange(ref _taken, 0));
        base.Dispose(disposing);
    }

    private void MakeRoom(int more)
    {
        var needed = Length + more;
        if (needed > mostBytes)
        {
            cut.Cancel();
        }
        else if (needed > Capacity)
        {
            var size = Math.Min(mostBytes, Math.Max(Math.Max(needed, 4096), Capacity * 2L));
            HasNoRoom = !TryTake(size * Copies);
            if (HasNoRoom)
            {
                cut.Cancel();
            }
            else
            {
                Capacity = (int)size;
            }
        }

        cut.Token.ThrowIfCancellationRequested();
    }

    // What every buffer holds without asking is not asked for here either.
    private bool TryTake(long all)
    {
        var more = all - HeldMemory.Free - _taken;
        if (more <= 0)
        {
            return true;
        }

        if (!memory.TryTake(more, HeldFor.Read))
        {
            return false;
        }

        _taken += more;
        return true;
    }
}
