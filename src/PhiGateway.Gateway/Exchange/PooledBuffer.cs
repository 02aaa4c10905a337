using System.Buffers;
using System.Runtime.CompilerServices;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// A growing byte buffer with a stated most, out of what this node may hold; cleared when given back, since it held PHI.
/// </summary>
/// <remarks>Not thread-safe. Whatever makes it grow throws <see cref="MemoryExhaustedException"/> when the node holds too much.</remarks>
/// <param name="most">Bytes that it may hold.</param>
/// <param name="memory">Where it takes them.</param>
/// <param name="purpose">What for.</param>
internal sealed class PooledBuffer(int most, HeldMemory memory, HeldFor purpose) : IBufferWriter<byte>, IDisposable
{
    private const int LikelyAtOnce = 4;

    private byte[] _bytes = [];
    private int _likely;
    private long _taken;

    /// <summary>How many bytes may be in it.</summary>
    public int Most => most;

    /// <summary>How many bytes are in it.</summary>
    public int Length { get; private set; }

    /// <summary>What is in it; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Appends what a stream has until there are more bytes than this; true when that was all of it.</summary>
    public async ValueTask<bool> TryReadAheadAsync(Stream stream, int enough, CancellationToken cancellationToken)
    {
        while (Length <= enough)
        {
            Reserve(4096);
            var read = await stream.ReadAsync(_bytes.AsMemory(Length), cancellationToken);
            if (read == 0)
            {
                return true;
            }

            Length += read;
        }

        return false;
    }

    /// <summary>Appends everything a stream has; false when it has more than fits.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Length == _bytes.Length && !TryGrow(Length + 1))
            {
                // Full to the brim: one more byte decides whether that was all.
                var probe = new byte[1];
                return await stream.ReadAsync(probe, cancellationToken) == 0;
            }

            var read = await stream.ReadAsync(_bytes.AsMemory(Length), cancellationToken);
            if (read == 0)
            {
                return true;
            }

            Length += read;
            if (Length > most)
            {
                // The pool's arrays are larger than what was asked for.
                return false;
            }
        }
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - Length);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Makes room for a known length at once.</summary>
    public void Expect(long length)
    {
        if (length > 0 && length <= most)
        {
            TryGrow((int)length + 1);
        }
    }

    /// <summary>
    /// Says how much will likely be written, if anything is: the first array is then of that size, so that what is written need not be copied,
    /// and cleared behind, each time it has doubled. Takes nothing by itself, and nothing that is not there.
    /// </summary>
    public void Suppose(int length) => _likely = Math.Min(length, most);

    /// <summary>Makes room for what is about to be written, so that writing it does not fail for want of memory.</summary>
    /// <param name="bytes">How much; what would be beyond the most is left to the writing.</param>
    /// <exception cref="MemoryExhaustedException">There is none.</exception>
    public void MakeRoom(int bytes) => TryGrow((int)Math.Min((long)Length + bytes, most));

    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            _bytes.AsSpan(0, Length).Clear();
            memory.Return(_bytes);
        }

        if (_taken > 0)
        {
            memory.GiveBack(_taken);
        }

        (_bytes, _taken) = ([], 0);
        Length = 0;
    }

    private void Reserve(int sizeHint)
    {
        if (_bytes.Length - Length < Math.Max(sizeHint, 1) && !TryGrow(Length + Math.Max(sizeHint, 256)))
        {
            throw new InvalidOperationException("The answer grows beyond the limit while it is rewritten.");
        }
    }

    private bool TryGrow(int needed)
    {
        if (needed <= _bytes.Length)
        {
            return true;
        }

        // One byte beyond the most may be held, so that "exactly the most" can be told from "more".
        var size = Math.Min((long)most + 1, Math.Max(Math.Max(4096L, needed), _bytes.Length * 2L));
        if (size < needed)
        {
            return false;
        }

        if (TryTakeLikely(size))
        {
            size = _likely;
        }
        else if (size > HeldMemory.Free)
        {
            if (!memory.TryTake(size - _taken, purpose))
            {
                throw new MemoryExhaustedException(purpose);
            }

            _taken = size;
        }

        var next = HeldMemory.Rent((int)size);
        _bytes.AsSpan(0, Length).CopyTo(next);
        var old = _bytes;
        _bytes = next;
        if (old.Length > 0)
        {
            old.AsSpan(0, Length).Clear();
            memory.Return(old);
        }

        return true;
    }

    // What was supposed may be far more than is written, and somebody else's need is known: it is taken where there is room for several such.
    private bool TryTakeLikely(long least)
    {
        if (_bytes.Length > 0 || _likely <= least)
        {
            return false;
        }

        if (_likely <= HeldMemory.Free)
        {
            return true;
        }

        if (!memory.HasRoom(LikelyAtOnce * (long)_likely, purpose) || !memory.TryTake(_likely, purpose))
        {
            return false;
        }

        _taken = _likely;
        return true;
    }
}
