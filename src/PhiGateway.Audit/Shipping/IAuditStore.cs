namespace PhiGateway.Audit.Shipping;

/// <summary>
/// Keeps audit records and searches them: Postgres, or SQLite when embedded; one contract test suite for both. Filled by the shipper, asked
/// by the control plane.
/// </summary>
public interface IAuditStore
{
    /// <summary>Highest contiguous sequence stored for a log; -1 for none.</summary>
    Task<long> GetWatermarkAsync(string log, CancellationToken cancellationToken);

    /// <summary>
    /// Chain hash of one stored record, null when it is not there; needs no right to read what the record says.
    /// </summary>
    Task<byte[]?> GetHashAsync(string log, long sequence, CancellationToken cancellationToken);

    /// <summary>
    /// The same where whoever ships may have added rows in the place of a record: of several the hash that is looked for, where one has it.
    /// </summary>
    /// <remarks>
    /// A store compares what comes with what it has, in one transaction: no node, and no copy of one, puts a second record into a place. So
    /// one's own record beside another is not a fork, but a row that somebody added, which verification tells of.
    /// </remarks>
    Task<byte[]?> GetHashAsync(string log, long sequence, ReadOnlyMemory<byte> sought, CancellationToken cancellationToken) =>
        GetHashAsync(log, sequence, cancellationToken);

    /// <summary>Names of the logs that a node has written, of all generations.</summary>
    Task<IReadOnlyList<string>> ListLogsAsync(string node, CancellationToken cancellationToken);

    /// <summary>Names of all logs, of all nodes and generations.</summary>
    Task<IReadOnlyList<string>> ListLogsAsync(CancellationToken cancellationToken);

    /// <summary>Stores a batch, idempotently by (log, sequence).</summary>
    /// <exception cref="AuditForkException">A sequence is already stored with another hash: nothing of the batch is stored.</exception>
    Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken);

    /// <summary>
    /// Searches, newest first. Where records are large a page has fewer than were asked for (<see cref="AuditPageBytes"/>), and a next one.
    /// </summary>
    Task<AuditPage> QueryAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>Counts requests, the highest counts first.</summary>
    Task<IReadOnlyList<AuditCount>> CountAsync(AuditCounts counts, CancellationToken cancellationToken);

    /// <summary>The delivery of many (<see cref="Records.AuditRecord.Sequences"/>) that names one place of a log; null when there is none.</summary>
    Task<AuditEntry?> FindDeliveryAsync(string log, long sequence, CancellationToken cancellationToken);

    /// <summary>
    /// Entries of one log in order of sequence, from one on: for export and for those who follow the trail. Fewer than were asked for are the
    /// last, unless they are large (<see cref="AuditPageBytes.IsCut"/>).
    /// </summary>
    Task<IReadOnlyList<AuditEntry>> ReadAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The same, and of each whether searches find it (<see cref="AuditEntry.IsFiled"/>, <see cref="AuditEntry.IsFoundByPatients"/>): for
    /// verification, which has to ask more.
    /// </summary>
    Task<IReadOnlyList<AuditEntry>> ReadFiledAsync(string log, long fromSequence, int limit, CancellationToken cancellationToken);
}
