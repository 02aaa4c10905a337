using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Measures how full the journal is and says whose records may still enter: strangers' end first, then what would be released, then
/// refusals; what closes doors and says how things ended is taken to the last.
/// </summary>
internal sealed class JournalSpace(JournalOptions options, SegmentTable table, JournalState state)
{
    private long _room = options.Budget;
    private int _percentTimes100;
    private bool _blocked;

    /// <summary>A write or a new segment found no room; cleared by the next one that does.</summary>
    public bool Blocked
    {
        get => Volatile.Read(ref _blocked);
        set => Volatile.Write(ref _blocked, value);
    }

    /// <summary>Used share of the room, 0 to 1.</summary>
    public double UsedShare => Volatile.Read(ref _percentTimes100) / 10_000d;

    /// <summary>Takes note of the disk: the room is what the budget allows and the disk can still give, in whole segments.</summary>
    public void Measure(long freeBytes, int allocatedFiles)
    {
        var possible = (allocatedFiles * options.SegmentBytes) + Math.Max(0, freeBytes);
        var room = Math.Min(options.Budget, possible) / options.SegmentBytes * options.SegmentBytes;
        Volatile.Write(ref _room, Math.Max(room, options.SegmentBytes));
    }

    /// <summary>Draws the conclusion for the status; called after each flush and by the keeper.</summary>
    public void Evaluate()
    {
        var share = (double)table.UsedBytes / Volatile.Read(ref _room);
        Volatile.Write(ref _percentTimes100, (int)Math.Min(share * 10_000, 10_000));
        state.Status = StatusAt(share * 100);
    }

    /// <summary>Whether a record may enter by a lane now.</summary>
    public bool Takes(AuditLane lane)
    {
        var status = state.Status;
        if (status is JournalStatus.Closed or JournalStatus.Dead)
        {
            return false;
        }

        return lane switch
        {
            AuditLane.Reserved => true,
            AuditLane.Ordinary => status is JournalStatus.Open or JournalStatus.NearlyFull || HasUpTo(options.ReservePercent),
            AuditLane.Release => status is JournalStatus.Open or JournalStatus.NearlyFull,
            _ => HasUpTo(options.StrangerPercent),
        };
    }

    private JournalStatus StatusAt(double percent)
    {
        if (Blocked || percent >= options.StopPercent)
        {
            return JournalStatus.Full;
        }

        return percent >= options.PagePercent ? JournalStatus.NearlyFull : JournalStatus.Open;
    }

    private bool HasUpTo(int percent) => !Blocked && UsedShare * 100 < percent;
}
