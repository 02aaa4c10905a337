namespace PhiGateway.Audit.Journal;

/// <summary>
/// Keeps the newest durable records in memory, each with the object it was encoded from, until every follower has had it: what follows the
/// journal closely neither reads its files nor parses what was just written. The writer puts them in; <see cref="JournalReader"/>s of
/// followers take them out.
/// </summary>
/// <remarks>
/// Thread-safe for one writer and many readers. Bounded by number and bytes; a follower that falls further behind reads the files. It shows
/// what was written, not what stands in the files now: what verifies the journal must not read here.
/// </remarks>
internal sealed class RecentFrames
{
    private const int Places = 8192;
    private const int MostBytes = 8 * 1024 * 1024;

    // A record with thousands of resources is read from the file.
    private const int LargestKept = 64 * 1024;

    private readonly RecentFrame?[] _places = new RecentFrame?[Places];
    private int _followers;
    private long _oldest;
    private long _bytes;

    /// <summary>Whether anybody will ask.</summary>
    public bool IsFollowed => Volatile.Read(ref _followers) > 0;

    /// <summary>One more, or one fewer, that each record is kept for.</summary>
    public void CountFollowers(int more) => Interlocked.Add(ref _followers, more);

    /// <summary>Whether a record of so many bytes is kept at all.</summary>
    public bool Keeps(int bytes) => bytes <= LargestKept && IsFollowed;

    /// <summary>Puts in the next record, which is durable. For the writer only.</summary>
    public void Add(RecentFrame frame)
    {
        _oldest = Math.Max(_oldest, frame.Frame.Sequence - Places + 1);
        Clear(frame.Frame.Sequence);
        Volatile.Write(ref _places[PlaceOf(frame.Frame.Sequence)], frame);
        _ = Interlocked.Add(ref _bytes, frame.Bytes);
        while (Interlocked.Read(ref _bytes) > MostBytes && _oldest < frame.Frame.Sequence)
        {
            Clear(_oldest++);
        }
    }

    /// <summary>A record that is still here; null: read the file.</summary>
    public RecentFrame? Find(long sequence) =>
        Volatile.Read(ref _places[PlaceOf(sequence)]) is { } frame && frame.Frame.Sequence == sequence ? frame : null;

    /// <summary>A follower has had it.</summary>
    public void Had(RecentFrame frame)
    {
        if (frame.CountReader() >= Volatile.Read(ref _followers))
        {
            Drop(frame);
        }
    }

    private static int PlaceOf(long sequence) => (int)(sequence & (Places - 1));

    private void Clear(long sequence)
    {
        if (Volatile.Read(ref _places[PlaceOf(sequence)]) is { } frame)
        {
            Drop(frame);
        }
    }

    private void Drop(RecentFrame frame)
    {
        if (Interlocked.CompareExchange(ref _places[PlaceOf(frame.Frame.Sequence)], null, frame) == frame)
        {
            _ = Interlocked.Add(ref _bytes, -frame.Bytes);
        }
    }
}
