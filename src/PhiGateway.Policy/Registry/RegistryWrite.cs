namespace PhiGateway.Policy.Registry;

/// <summary>One document to put or delete.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Id">Which id.</param>
/// <param name="Json">The new form; null deletes.</param>
/// <param name="ExpectedVersion">The version it must have now; 0: it must not exist; null: whatever it is.</param>
public sealed record RegistryWrite(RegistryKind Kind, string Id, string? Json, long? ExpectedVersion);

/// <summary>Outcome of a write: a revision with the new items, or the conflict that stopped it.</summary>
public abstract record RegistryWriteResult
{
    private RegistryWriteResult()
    {
    }

    /// <summary>All was written.</summary>
    /// <param name="Revision">The new registry-wide revision.</param>
    /// <param name="Items">The items as stored, in the order of the writes.</param>
    public sealed record Written(long Revision, IReadOnlyList<RegistryItem> Items) : RegistryWriteResult;

    /// <summary>Nothing was written: a document did not have the expected version.</summary>
    /// <param name="Kind">Its kind.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="CurrentVersion">Its version now; 0 when it does not exist.</param>
    public sealed record Conflict(RegistryKind Kind, string Id, long CurrentVersion) : RegistryWriteResult;
}
