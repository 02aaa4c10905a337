namespace PhiGateway.Policy.Registry;

/// <summary>One document to put or delete, with the version it must have now.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Id">Which id.</param>
/// <param name="Json">The new form; null deletes.</param>
/// <param name="ExpectedVersion">The version it must have now; 0: it must not exist; null: whatever it is.</param>
public sealed record RegistryWrite(RegistryKind Kind, string Id, string? Json, long? ExpectedVersion);

/// <summary>The documents and revocations that one change writes in one transaction.</summary>
/// <param name="Writes">Documents to put or delete.</param>
public sealed record RegistryBatch(IReadOnlyList<RegistryWrite> Writes)
{
    /// <summary>Revocations that belong to the change; in force together with it.</summary>
    public IReadOnlyList<Revocation> Revocations { get; init; } = [];

    /// <summary>
    /// The revision whose documents the change was judged against: when any document was written after it, nothing is written, kinds that no
    /// change is judged by excepted (<see cref="RegistryKinds.NotJudgedBy"/>). Null: not asked.
    /// </summary>
    /// <remarks>
    /// What two people write at once on two nodes may contradict each other although each alone is sound; this makes one of them look
    /// again.
    /// </remarks>
    public long? SeenRevision { get; init; }

    /// <summary>
    /// The line of history that <see cref="SeenRevision"/> counts on: where the database writes another one by now, nothing is written. Null:
    /// not asked.
    /// </summary>
    public string? SeenTimeline { get; init; }

    /// <summary>
    /// Of a change that lifts a revocation, its first: the id of the newest row about the same thing that it was judged by. Where another one
    /// is the newest by now, nothing is written. Null: not asked.
    /// </summary>
    /// <remarks>Security: a lift takes away all that was written before it, and an emergency stop of a moment ago was nobody's to lift.</remarks>
    public string? SeenRevocation { get; init; }
}

/// <summary>The outcome of writing a batch: the new revision with the items as stored, or why nothing was written.</summary>
public abstract record RegistryWriteResult
{
    private RegistryWriteResult() { }

    /// <summary>All was written.</summary>
    /// <param name="Revision">The new registry-wide revision.</param>
    /// <param name="Items">The items as stored, in the order of the writes.</param>
    public sealed record Written(long Revision, IReadOnlyList<RegistryItem> Items) : RegistryWriteResult;

    /// <summary>Nothing was written: a document did not have the expected version.</summary>
    /// <param name="Kind">Its kind.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="CurrentVersion">Its version now; 0 when it does not exist.</param>
    public sealed record Conflict(RegistryKind Kind, string Id, long CurrentVersion) : RegistryWriteResult;

    /// <summary>
    /// Nothing was written: documents were written after <see cref="RegistryBatch.SeenRevision"/>, or a revocation after
    /// <see cref="RegistryBatch.SeenRevocation"/>.
    /// </summary>
    /// <param name="Revision">Revision of the newest document.</param>
    public sealed record Moved(long Revision) : RegistryWriteResult;
}
