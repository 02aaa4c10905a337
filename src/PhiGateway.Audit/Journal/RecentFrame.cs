using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal;

/// <summary>One record in <see cref="RecentFrames"/>: what a reader of the file would get, and where reading the file goes on behind it.</summary>
/// <param name="frame">Bytes as they stand in the journal, with the object they were made of.</param>
/// <param name="segment">The file.</param>
/// <param name="end">Offset behind the record.</param>
internal sealed class RecentFrame(JournalFrame frame, Segment segment, long end)
{
    private int _readers;

    public JournalFrame Frame { get; } = frame;

    public Segment Segment { get; } = segment;

    public long End { get; } = end;

    /// <summary>What it counts for in the bound of memory.</summary>
    public int Bytes => Frame.Body.Length + JournalChain.HashBytes;

    /// <summary>One more follower has had it; how many have.</summary>
    public int CountReader() => Interlocked.Increment(ref _readers);
}
