using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Replay;

/// <summary>The decisions of some clients within a time, as records; bounded, and says when it is not all of them.</summary>
/// <param name="Records">The newest first.</param>
/// <param name="IsComplete">Whether the window was read to its end.</param>
internal sealed record TrailWindow(IReadOnlyList<AuditRecord> Records, bool IsComplete)
{
    /// <summary>Most records of one replay.</summary>
    public const int Most = 50_000;

    /// <summary>Reads it.</summary>
    public static async Task<TrailWindow> ReadAsync(
        IAuditStore store,
        IReadOnlyList<string> clients,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancellationToken
    )
    {
        var records = new List<AuditRecord>();
        foreach (var client in clients)
        {
            var query = new AuditQuery
            {
                Client = client,
                From = from,
                To = to,
                Limit = PageRequest.Most,
            };
            while (true)
            {
                var page = await store.QueryAsync(query, cancellationToken);
                records.AddRange(page.Entries.Where(IsDecision).Select(TrailWalk.TryRead).OfType<AuditRecord>());
                if (page.Next is null)
                {
                    break;
                }

                if (records.Count >= Most)
                {
                    return new TrailWindow(records, IsComplete: false);
                }

                query = query with { Cursor = page.Next };
            }
        }

        return new TrailWindow(records, IsComplete: true);
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
