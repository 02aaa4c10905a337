using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Reads a record with everything that belongs to it, page by page, up to a bound; used where one access is read, explained and proven.
/// </summary>
/// <param name="Entries">Newest first.</param>
/// <param name="IsCut">More belong to it than were read: whoever shows them says so, or refuses.</param>
internal sealed record TrailFamily(IReadOnlyList<AuditEntry> Entries, bool IsCut)
{
    // A whole batch with the parts, deliveries and outcome of each entry; more is searched for, page by page.
    internal const int Most = 20 * PageRequest.Most;

    /// <summary>The refusal where a part of them would be taken for the whole.</summary>
    public static AdminProblem TooMany { get; } =
        AdminProblem.Conflict(
            "too-many-records",
            $"More than {Most} records belong to it. Search the trail by its id, which gives them page by page."
        );

    /// <summary>Reads them.</summary>
    public static async Task<TrailFamily> ReadAsync(IAuditStore store, Guid id, CancellationToken cancellationToken)
    {
        var found = new List<AuditEntry>();
        var query = new AuditQuery { Id = id, Limit = PageRequest.Most };
        while (true)
        {
            var page = await store.QueryAsync(query, cancellationToken);
            found.AddRange(page.Entries);
            if (page.Next is null || found.Count >= Most)
            {
                return new TrailFamily(found, page.Next is not null);
            }

            query = query with { Cursor = page.Next };
        }
    }
}
