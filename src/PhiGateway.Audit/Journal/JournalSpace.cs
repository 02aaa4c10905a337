using PhiGateway.Audit.Journal.Segments;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// How full the journal is, and which kinds of record may still enter: disclosures end first, refusals and system records last.
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
        var percent = share * 100;
        state.Status =
            Blocked || percent >= options.StopPercent ? JournalStatus.Full
            : percent >= options.PagePercent ? JournalStatus.NearlyFull
            : JournalStatus.Open;
    }

    /// <summary>Whether a record of a kind may enter now.</summary>
    public bool Takes(AuditKind kind) =>
        state.Status switch
        {
            JournalStatus.Open or JournalStatus.NearlyFull => true,
            JournalStatus.Full => kind switch
            {
                AuditKind.Decision or AuditKind.System or AuditKind.Outcome => true,
                AuditKind.Disclosure or AuditKind.Intent => false,
                _ => !Blocked && UsedShare * 100 < options.ReservePercent,
            },
            _ => false,
        };
}
