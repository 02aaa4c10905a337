using System.Text;

namespace PhiGateway.Audit.Journal;

/// <summary>The settings of a node's journal: where it is and how large it may grow; validated when it is opened.</summary>
public sealed record JournalOptions
{
    /// <summary>Default size of one segment file.</summary>
    public const long DefaultSegmentBytes = 64L * 1024 * 1024;

    /// <summary>Default room on disk: one hour of a store that is away at 5,000 records a second.</summary>
    public const long DefaultBudget = 40L * 1024 * 1024 * 1024;

    /// <summary>Smallest segment; a segment must take at least one large record.</summary>
    public const long MinSegmentBytes = 64 * 1024;

    /// <summary>Fewest segments a budget must have room for: one in use, one kept behind it, one spare and one to ship.</summary>
    public const int MinSegments = 4;

    /// <summary>Folder of the segments; created when absent; belongs to one process at a time.</summary>
    public required string Directory { get; init; }

    /// <summary>Name of the node; the log's own name adds the generation, as <c>gw-01/20260501T120000-3fa9</c>.</summary>
    public string LogName { get; init; } = "node";

    /// <summary>Most bytes of disk for segments; less when the disk has less.</summary>
    public long Budget { get; init; } = DefaultBudget;

    /// <summary>Bytes of one segment, a multiple of 4,096.</summary>
    public long SegmentBytes { get; init; } = DefaultSegmentBytes;

    /// <summary>Longest time between two flushes that load may ask for; idle, nothing waits.</summary>
    public TimeSpan MaxBatchWindow { get; init; } = TimeSpan.FromMicroseconds(1_000);

    /// <summary>
    /// Longest time that a record nobody waits for (a delivery) is held back so that it shares the flush of one that somebody waits for;
    /// default 20 ms, at most 10 s.
    /// </summary>
    public TimeSpan MaxUnawaitedDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Share of the room, in percent, above which a warning is due.</summary>
    public int WarnPercent { get; init; } = 70;

    /// <summary>Above this, someone is called: <see cref="JournalStatus.NearlyFull"/>.</summary>
    public int PagePercent { get; init; } = 85;

    /// <summary>Above this, no disclosure and no write is taken: <see cref="JournalStatus.Full"/>.</summary>
    public int StopPercent { get; init; } = 95;

    /// <summary>Above this, only revocations, outcomes and the node's own records are taken.</summary>
    public int ReservePercent { get; init; } = 98;

    /// <summary>
    /// Above this, refusals of somebody unknown are counted and no longer recorded one by one: the rest belongs to known clients.
    /// </summary>
    public int StrangerPercent { get; init; } = 50;

    /// <summary>
    /// For one start: the log is trusted again after the store was seen to hold another history of it, and an operator has mended that.
    /// </summary>
    public bool AcceptRepaired { get; init; }

    /// <summary>A transparency log follows: what it has not taken in is not recycled, shipped or not.</summary>
    public bool IsFollowedByLog { get; init; }

    /// <summary>Room at the end of the last segment that only revocations, outcomes and the node's own records may use.</summary>
    internal long ReserveBytes => Math.Clamp(SegmentBytes / 32, 4096, 1024 * 1024);

    /// <summary>Records that may wait for the disk before appends are refused: a slow disk must not fill memory.</summary>
    public int MaxWaiting { get; init; } = 65_536;

    /// <summary>Records nobody waits for that may be queued before they are dropped and counted.</summary>
    public int MaxUnawaited { get; init; } = 8_192;

    /// <summary>Everything wrong with these options, in words; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(Directory))
        {
            problems.Add("The journal directory is empty.");
        }

        if (
            string.IsNullOrWhiteSpace(LogName)
            || Encoding.UTF8.GetByteCount(LogName) > 128
            || LogName.AsSpan().ContainsAnyInRange('\0', ' ')
        )
        {
            problems.Add("The journal's log name must have 1 to 128 bytes and no spaces.");
        }

        if (SegmentBytes < MinSegmentBytes || SegmentBytes % 4096 != 0 || SegmentBytes > 1L << 30)
        {
            problems.Add($"A journal segment must have {MinSegmentBytes} to {1L << 30} bytes and be a multiple of 4096.");
        }
        else if (Budget < MinSegments * SegmentBytes)
        {
            problems.Add($"The journal's budget must have room for {MinSegments} segments of {SegmentBytes} bytes.");
        }

        if (MaxBatchWindow < TimeSpan.Zero || MaxBatchWindow > TimeSpan.FromMilliseconds(20))
        {
            problems.Add("The journal's batch window must be 0 to 20 ms.");
        }

        if (MaxUnawaitedDelay < TimeSpan.Zero || MaxUnawaitedDelay > TimeSpan.FromSeconds(10))
        {
            problems.Add("The journal's delay of records that nobody waits for must be 0 to 10 s.");
        }

        if (
            !(
                0 < WarnPercent
                && WarnPercent <= PagePercent
                && PagePercent < StopPercent
                && StopPercent < ReservePercent
                && ReservePercent < 100
            )
        )
        {
            problems.Add("The journal's marks must rise: warn, page, stop, reserve, below 100.");
        }

        if (StrangerPercent is < 1 or > 100 || StrangerPercent > StopPercent)
        {
            problems.Add("The journal's share for strangers must be 1 percent or more and not above the stop mark.");
        }

        if (MaxWaiting < 1 || MaxUnawaited < 1)
        {
            problems.Add("The journal's queues must hold at least one record.");
        }

        return problems;
    }
}
