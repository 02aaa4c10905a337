namespace PhiGateway.Audit.Keeping;

/// <summary>
/// Tells what of each month is in the store, and deletes a month when its time has come. Beside the audit store, in the same database;
/// asked by the control plane, which has looked at retention and holds before.
/// </summary>
public interface IAuditKeeping
{
    /// <summary>Names of all logs of which there is a record, whether or not the store knows of the log otherwise.</summary>
    Task<IReadOnlyList<string>> ListLogsAsync(CancellationToken cancellationToken);

    /// <summary>The months of which there are records, the oldest first, and whose records they are.</summary>
    Task<IReadOnlyList<KeptMonth>> ListMonthsAsync(CancellationToken cancellationToken);

    /// <summary>Which places of which logs a month has.</summary>
    Task<IReadOnlyList<KeptRange>> ListRangesAsync(int month, CancellationToken cancellationToken);

    /// <summary>The months in which a record is about a patient, by any of the keys.</summary>
    Task<IReadOnlyList<int>> MonthsOfPatientAsync(IReadOnlyList<string> patientKeys, CancellationToken cancellationToken);

    /// <summary>The months of records, by their ids; of what is not there, none.</summary>
    Task<IReadOnlyList<int>> MonthsOfRecordsAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a month for good: records, patients and shapes, in one step. One that is younger than six years is refused.
    /// </summary>
    /// <returns>How many records went.</returns>
    /// <exception cref="InvalidOperationException">The month is too young, or this login may not delete.</exception>
    Task<long> DeleteMonthAsync(int month, CancellationToken cancellationToken);

    /// <summary>The data keys under which bodies are sealed, by month, tenant and the body key that wraps them.</summary>
    Task<IReadOnlyList<BodyKeyCount>> ListBodyKeysAsync(CancellationToken cancellationToken);

    /// <summary>The records of a tenant in a month whose content would go with its keys; registers are not among them.</summary>
    Task<TenantBodies> BodiesOfAsync(int month, string tenant, CancellationToken cancellationToken);

    /// <summary>A digest over what those records are filed under, for each log: what is left of them then can be held against it.</summary>
    Task<IReadOnlyDictionary<string, ColumnDigest>> DigestColumnsAsync(int month, string tenant, CancellationToken cancellationToken);

    /// <summary>
    /// Destroys the data keys of a tenant's month for good: its bodies can be read by nobody, what the records are filed under stays. A month
    /// that is younger than six years is refused, and one of which a body was stored without being sealed.
    /// </summary>
    /// <returns>How many keys were destroyed.</returns>
    /// <exception cref="InvalidOperationException">It is refused, or this login may not: in words.</exception>
    Task<long> DestroyBodiesAsync(int month, string tenant, CancellationToken cancellationToken);
}

/// <summary>One month of the store.</summary>
/// <param name="Month">Such as 202611, UTC.</param>
/// <param name="Tenants">Whose records it has; null: records of no tenant.</param>
public sealed record KeptMonth(int Month, IReadOnlyList<string?> Tenants);

/// <summary>The places of one log within a month.</summary>
/// <param name="Log">Name of the log.</param>
/// <param name="First">The lowest.</param>
/// <param name="Last">The highest.</param>
/// <param name="Count">How many there are; fewer than the span has where others lie in between.</param>
public sealed record KeptRange(string Log, long First, long Last, long Count);

/// <summary>Data keys that are alike.</summary>
/// <param name="Month">Such as 202611, UTC.</param>
/// <param name="Tenant">Whose bodies they seal; null: records of no tenant, and registers.</param>
/// <param name="WrappingKey">Name of the body key that wraps them, or did when they were destroyed.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Destroyed">How many of them were destroyed.</param>
public sealed record BodyKeyCount(int Month, string? Tenant, string WrappingKey, long Count, long Destroyed);

/// <summary>What a tenant's content of a month consists of.</summary>
/// <param name="Logs">Which places of which logs.</param>
/// <param name="Unsealed">How many bodies were stored without being sealed: they cannot be destroyed.</param>
/// <param name="Readable">How many of the records can be read.</param>
public sealed record TenantBodies(IReadOnlyList<KeptRange> Logs, long Unsealed, long Readable);
