namespace PhiGateway.Audit.Journal.Segments;

/// <summary>
/// One segment file of the running journal, its first sequence and how far it is filled; its numbers change under the lock of
/// <see cref="SegmentTable"/> or on the writer thread only.
/// </summary>
internal sealed class Segment(string path, long firstSequence)
{
    private long _lastSequence = firstSequence - 1;
    private long _end = SegmentHeader.Bytes;

    public string Path { get; } = path;

    public long FirstSequence { get; } = firstSequence;

    /// <summary>Last durable record; one below the first when there is none.</summary>
    public long LastSequence
    {
        get => Volatile.Read(ref _lastSequence);
        set => Volatile.Write(ref _lastSequence, value);
    }

    /// <summary>Offset behind the last durable record.</summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>Whether no file of its name is there any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>Readers that have the file open: it is not recycled under them.</summary>
    public int Leases { get; set; }
}
