namespace PhiGateway.Policy.Registry;

/// <summary>One stored registry document with its bookkeeping.</summary>
/// <param name="Kind">Which kind.</param>
/// <param name="Id">Id within the kind.</param>
/// <param name="Version">1 for a new document, plus one for each change: the strong ETag.</param>
/// <param name="Revision">Registry-wide number of the change that wrote this version; grows without bound, never reused.</param>
/// <param name="Json">The entity in <see cref="RegistryJson"/>'s form; the last known form when deleted.</param>
/// <param name="UpdatedAt">When, UTC.</param>
/// <param name="UpdatedBy">Who.</param>
/// <param name="Deleted">Soft deletion: kept as a tombstone so that every node learns of it.</param>
public sealed record RegistryItem(
    RegistryKind Kind,
    string Id,
    long Version,
    long Revision,
    string Json,
    DateTimeOffset UpdatedAt,
    string UpdatedBy,
    bool Deleted
);
