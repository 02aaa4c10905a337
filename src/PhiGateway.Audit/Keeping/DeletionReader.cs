using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Audit.Keeping;

/// <summary>Reads which months were deleted out of the trail itself; called by verifiers that find something missing.</summary>
public static class DeletionReader
{
    private const int PageSize = 500;

    /// <summary>Adds every deletion that is on record.</summary>
    /// <param name="store">The store, which whoever ships may fill.</param>
    /// <param name="into">Takes them.</param>
    /// <param name="isProven">Security: whether a row is what a verified log has in its place; no other is believed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task ReadAsync(
        IAuditStore store,
        DeletedMonths into,
        Func<AuditEntry, bool> isProven,
        CancellationToken cancellationToken
    )
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
            foreach (var entry in page.Entries.Where(entry => IsOfADeletion(entry.Event) && isProven(entry)))
            {
                into.Add(entry);
            }

            cursor = page.Next;
        } while (cursor is not null);
    }

    /// <summary>Whether an event is the beginning or the end of a deletion, or of the destruction of content.</summary>
    public static bool IsOfADeletion(string? @event) =>
        @event is KeepingMonths.DeletionEvent or KeepingMonths.DeletedEvent or KeepingMonths.DestroyEvent or KeepingMonths.DestroyedEvent;
}
