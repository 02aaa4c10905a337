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
    /// <summary>Rows that are read at once where they are looked at one by one: a record of a bulk export is a hundred kilobytes.</summary>
    internal const int Rows = 100;

    // A whole batch with the parts, deliveries and outcome of each entry; more is searched for, page by page.
    internal const int Most = 20 * PageRequest.Most;

    // As text it is several times as much, and several people may look at once.
    private const long MostBytes = 16 * 1024 * 1024;

    /// <summary>The refusal where a part of them would be taken for the whole.</summary>
    public static AdminProblem TooMany { get; } =
        AdminProblem.Conflict(
            "too-many-records",
            $"More than {Most} records belong to it, or more than one answer holds. Search the trail by its id, which gives them page by page."
        );

    /// <summary>Reads them; the record itself is among them also where the others are cut.</summary>
    /// <param name="store">The stored trail.</param>
    /// <param name="id">Which record.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="mostBytes">What all bodies together may be.</param>
    public static async Task<TrailFamily> ReadAsync(
        IAuditStore store,
        Guid id,
        CancellationToken cancellationToken,
        long mostBytes = MostBytes
    )
    {
        var found = new List<AuditEntry>();
        var own = new List<AuditEntry>();
        var (looked, bytes, ownBytes) = (0, 0L, 0L);
        var query = new AuditQuery { Id = id, Limit = Rows };
        while (true)
        {
            var page = await store.QueryAsync(query, cancellationToken);
            foreach (var entry in page.Entries)
            {
                // Beyond the budget only the record itself is kept, which is the oldest of them, and of rows that bear its id as much as is
                // kept of the others.
                bytes += entry.Body.Length;
                if (bytes <= mostBytes)
                {
                    found.Add(entry);
                }
                else if (entry.Id == id)
                {
                    ownBytes += entry.Body.Length;
                    if (ownBytes > MostBytes && own.Count > 0)
                    {
                        own.RemoveAt(own.Count - 1);
                    }

                    own.Add(entry);
                }
            }

            looked += page.Entries.Count;
            if (page.Next is null || looked >= Most)
            {
                found.AddRange(own);
                return new TrailFamily(found, page.Next is not null || found.Count < looked);
            }

            query = query with { Cursor = page.Next };
        }
    }
}
