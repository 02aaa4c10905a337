using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Replay;

/// <summary>
/// The decisions of some clients within a time, read record by record for a replay; bounded, and says when it is not all of them. Read again
/// by each look at it.
/// </summary>
/// <remarks>
/// Nothing is kept: a record of a bulk export names a thousand resources, and fifty thousand of those are the memory of a whole node.
/// </remarks>
/// <param name="Store">The stored trail.</param>
/// <param name="Clients">Whose.</param>
/// <param name="From">From this moment on.</param>
/// <param name="To">Before this moment.</param>
internal sealed record TrailWindow(IAuditStore Store, IReadOnlyList<string> Clients, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Most records of one replay.</summary>
    public const int Most = 50_000;

    /// <summary>Hands out each decision, the newest of a client first.</summary>
    /// <returns>Whether the window was read to its end.</returns>
    public async Task<bool> ReadAsync(Action<AuditRecord> take, CancellationToken cancellationToken)
    {
        var taken = 0;
        foreach (var client in Clients)
        {
            var query = new AuditQuery
            {
                Client = client,
                From = From,
                To = To,
                Limit = TrailFamily.Rows,
            };
            while (true)
            {
                var page = await Store.QueryAsync(query, cancellationToken);
                foreach (var record in page.Entries.Where(IsDecision).Select(TrailWalk.TryRead).OfType<AuditRecord>())
                {
                    taken++;
                    take(record);
                }

                if (page.Next is null)
                {
                    break;
                }

                if (taken >= Most)
                {
                    return false;
                }

                query = query with { Cursor = page.Next };
            }
        }

        return true;
    }

    /// <summary>Whether an entry stands for a request that was decided.</summary>
    /// <remarks>Of a disclosure in segments the first stands for the request; later ones name it as their parent.</remarks>
    internal static bool IsDecision(AuditEntry entry) =>
        entry.Kind switch
        {
            AuditKind.Disclosure or AuditKind.Intent => true,
            AuditKind.Decision => entry.Decision == "deny",
            _ => false,
        };
}
