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
