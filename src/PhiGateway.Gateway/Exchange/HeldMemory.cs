namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// The node's memory budget: counts the bytes of bodies and answers that all requests hold together, and refuses more than the configured
/// most. Asked by every <see cref="PooledBuffer"/> that grows beyond a small size.
/// </summary>
/// <remarks>Thread-safe, without a lock. Counts what buffers hold, not what else the process needs.</remarks>
internal sealed class HeldMemory : IDisposable
{
    /// <summary>What each buffer holds without asking: an ordinary read never comes here.</summary>
    public const int Free = 64 * 1024;

    // Arrays from here on are not pooled: they go back to the system when they are not needed.
    private const int LargestPooled = 1024 * 1024;

    private readonly MemoryReturn _return = new();
    private long _held;
    private long _refused;

    /// <param name="most">Bytes of all together.</param>
    public HeldMemory(long most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, Free);
        Most = most;
    }

    /// <summary>Bytes that may be held.</summary>
    public long Most { get; }

    /// <summary>Bytes that are held.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>How often there was no room.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Whether so much more would fit, for whoever could do with less.</summary>
    public bool HasRoom(long bytes, HeldFor purpose) => Held + bytes <= ShareOf(purpose);

    /// <summary>Takes room; false, and nothing taken, when there is none.</summary>
    public bool TryTake(long bytes, HeldFor purpose)
    {
        var most = ShareOf(purpose);
        while (true)
        {
            var held = Interlocked.Read(ref _held);
            if (held + bytes > most)
            {
                Interlocked.Increment(ref _refused);
                return false;
            }

            if (Interlocked.CompareExchange(ref _held, held + bytes, held) == held)
            {
                return true;
            }
        }
    }

    /// <summary>Takes room for what is worked on beside the buffers, until it is disposed of.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="purpose">What for.</param>
    /// <param name="isOneOfMany">One request may hold a thousand like it: a small one counts as well.</param>
    /// <exception cref="MemoryExhaustedException">There is none.</exception>
    public HeldShare Take(long bytes, HeldFor purpose, bool isOneOfMany = false)
    {
        var taken = bytes <= Free && !isOneOfMany ? 0 : bytes;
        return taken == 0 || TryTake(taken, purpose) ? new HeldShare(this, taken) : throw new MemoryExhaustedException(purpose);
    }

    /// <summary>Gives it back.</summary>
    public void GiveBack(long bytes) => Interlocked.Add(ref _held, -bytes);

    /// <summary>An array for a buffer; its room was taken before.</summary>
    public static byte[] Rent(int size) =>
        size <= LargestPooled ? System.Buffers.ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    /// <summary>Takes an array back, cleared as far as it was used.</summary>
    public void Return(byte[] array)
    {
        if (array.Length <= LargestPooled)
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(array);
        }
        else
        {
            _return.Note(array.Length);
        }
    }

    public void Dispose() => _return.Dispose();

    // Bodies of requests come first and last longest, so they get half at most; the answer to a write that was sent must not fail for
    // want of room while reads could wait.
    private long ShareOf(HeldFor purpose) =>
        purpose switch
        {
            HeldFor.Request => Most / 2,
            HeldFor.Read => Most / 4 * 3,
            HeldFor.Write => Most,
            _ => 0,
        };
}

/// <summary>What memory is taken for; decides up to which share of the whole budget it may be taken.</summary>
internal enum HeldFor : byte
{
    None,

    /// <summary>The body of a request.</summary>
    Request,

    /// <summary>An answer, or what is looked up for a decision: it can be asked for again.</summary>
    Read,

    /// <summary>The answer to a write that was sent.</summary>
    Write,
}

/// <summary>Bytes taken from the memory budget by one holder; gives them back when it is disposed of, once.</summary>
/// <param name="memory">Where it was taken.</param>
/// <param name="bytes">How much.</param>
internal sealed class HeldShare(HeldMemory memory, long bytes) : IDisposable
{
    private long _bytes = bytes;

    /// <summary>Takes more.</summary>
    /// <exception cref="MemoryExhaustedException">There is none.</exception>
    public void Grow(long more, HeldFor purpose)
    {
        if (!memory.TryTake(more, purpose))
        {
            throw new MemoryExhaustedException(purpose);
        }

        _bytes += more;
    }

    public void Dispose() => memory.GiveBack(Interlocked.Exchange(ref _bytes, 0));
}
