using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Audit.Keeping;

/// <summary>Reads which months were deleted out of the trail itself; called by verifiers that find something missing.</summary>
public static class DeletionReader
{
    private const int PageSize = 500;

    /// <summary>Adds every deletion that is on record.</summary>
    public static async Task ReadAsync(IAuditStore store, DeletedMonths into, CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            var query = new AuditQuery
            {
                Kind = AuditKind.Hold,
                Limit = PageSize,
                Cursor = cursor,
            };
            var page = await store.QueryAsync(query, cancellationToken);
            foreach (var entry in page.Entries)
            {
                if (entry.Event == KeepingMonths.DeletionEvent && entry.Read() is { } record)
                {
                    into.Add(record);
                }
            }

            cursor = page.Next;
        } while (cursor is not null);
    }
}
