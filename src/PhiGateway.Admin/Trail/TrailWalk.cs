using System.Runtime.CompilerServices;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Reads the whole of what a search finds, page by page, newest first: for answers that must not be cut.</summary>
internal static class TrailWalk
{
    /// <summary>Every record that the search finds; a body that cannot be read is a fault, not a gap.</summary>
    /// <exception cref="InvalidDataException">A stored record cannot be read: an answer without it would be wrong.</exception>
    public static async IAsyncEnumerable<(AuditEntry Entry, AuditRecord Record)> AllAsync(
        IAuditStore store,
        AuditQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string? cursor = null;
        do
        {
            var page = await store.QueryAsync(query with { Limit = PageRequest.Most, Cursor = cursor }, cancellationToken);
            foreach (var entry in page.Entries)
            {
                yield return (entry, Read(entry));
            }

            cursor = page.Next;
        } while (cursor is not null);
    }

    /// <summary>The record of one entry, where one that cannot be read is passed over; null: it is one.</summary>
    /// <exception cref="ContentDestroyedException">Its content was destroyed: that is another answer than that there is none.</exception>
    public static AuditRecord? TryRead(AuditEntry entry) =>
        entry.IsDestroyed ? throw new ContentDestroyedException(entry.Log, entry.Sequence) : entry.Read();

    /// <summary>The record of one entry, where none may be missing.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    /// <exception cref="ContentDestroyedException">Its content was destroyed.</exception>
    public static AuditRecord Read(AuditEntry entry) =>
        entry.IsDestroyed
            ? throw new ContentDestroyedException(entry.Log, entry.Sequence)
            : entry.Read() ?? throw new InvalidDataException($"Record {entry.Sequence} of {entry.Log} cannot be read.");
}
