using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Takes audit records and returns once each is durable on this node's disk: the only way into the audit trail. Called by both planes.
/// </summary>
public interface IAuditJournal
{
    /// <summary>State for admission and readiness; cheap, changes at any time.</summary>
    JournalStatus Status { get; }

    /// <summary>Completes when the record is durable on this node's disk, in a group commit with whatever else waits.</summary>
    /// <exception cref="JournalUnavailableException">The record is not durable and must be treated as not written: full disk, dead disk,
    /// stopping.</exception>
    ValueTask<AuditPosition> AppendAsync(AuditRecord record);

    /// <summary>The same, by the lane of whoever it is written for; without one it follows from the kind of the record.</summary>
    /// <exception cref="JournalUnavailableException">As above, or the room of that lane is used up.</exception>
    ValueTask<AuditPosition> AppendAsync(AuditRecord record, AuditLane lane) => AppendAsync(record);

    /// <summary>
    /// Queues a record that nobody waits for (delivery); false when there is no room, which is counted and reported, but for a delivery of
    /// many, which is to be tried again.
    /// </summary>
    bool TryAppend(AuditRecord record);

    /// <summary>
    /// Takes note that an answer is leaving that may take long, by the newest disclosure of it: a start after a kill finds it without a delivery
    /// however long ago its record was recycled. Ends with a delivery that names it.
    /// </summary>
    /// <param name="disclosure">Its record.</param>
    /// <param name="sequence">Where that stands.</param>
    void HoldOpen(AuditRecord disclosure, long sequence) { }

    /// <summary>It is leaving no more, and no delivery names it: the whole that it was part of was refused after all.</summary>
    /// <param name="id">Of its first disclosure, or of that whole.</param>
    void LetGo(Guid id) { }
}
