namespace PhiGateway.Audit.Shipping;

/// <summary>
/// Answers questions about many records at once: how many there are of each sort, which names they hold and how far each log has arrived.
/// Beside <see cref="IAuditStore"/>, in the same database; asked by the control plane.
/// </summary>
public interface IAuditReports
{
    /// <summary>Counts what a query finds, by everything that it can be told apart by; limit and cursor mean nothing here.</summary>
    /// <exception cref="ArgumentException">The query asks for one record by its id.</exception>
    Task<IReadOnlyList<AuditTally>> TallyAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>Whether any record has this value in this facet.</summary>
    Task<bool> KnowsAsync(AuditFacet facet, string value, CancellationToken cancellationToken);

    /// <summary>Tenants of which there are records, by name, at most so many.</summary>
    Task<IReadOnlyList<string>> ListTenantsAsync(int most, CancellationToken cancellationToken);

    /// <summary>Every log, up to where it is stored without a gap and where its last record stands, by name.</summary>
    Task<IReadOnlyList<AuditLogMark>> ListMarksAsync(CancellationToken cancellationToken);
}

/// <summary>How many records are alike in every facet.</summary>
/// <param name="Values">By the number of the facet; null where the records have nothing there.</param>
/// <param name="Count">How many.</param>
public sealed record AuditTally(IReadOnlyList<string?> Values, long Count)
{
    /// <summary>What the records have in a facet; a kind by its number.</summary>
    public string? Of(AuditFacet facet) => Values[(int)facet];
}

/// <summary>How far a log has arrived in the store.</summary>
/// <param name="Log">Its name.</param>
/// <param name="Watermark">Highest contiguous sequence; -1: none.</param>
public sealed record AuditLogMark(string Log, long Watermark)
{
    /// <summary>Highest sequence of all; that of the watermark where there is no gap.</summary>
    public long Highest { get; init; } = Watermark;
}
