namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>How much of a streamed answer is held in memory. Immutable.</summary>
public sealed record StreamLimits
{
    /// <summary>256 KiB segments, 16 MiB resources.</summary>
    public static StreamLimits Default { get; } = new();

    /// <summary>
    /// A segment is handed out when it holds at least this many bytes; default 256 KiB. It is larger by at most what one buffer or one
    /// resource holds.
    /// </summary>
    public int SegmentBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// Longest single resource, entry or line; default 16 MiB, the host's is that of an answer that is held whole. A longer line is passed
    /// over and counted; a longer entry of a Bundle ends the answer, since only who reads it knows where it ends.
    /// </summary>
    public int MaxResourceBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Called with the bytes by which what is held is about to grow; throws where there is no room. Null: there always is.</summary>
    public Action<long>? TakeRoom { get; init; }
}
