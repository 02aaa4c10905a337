using System.Runtime.CompilerServices;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Reads the whole of what a search finds, page by page, newest first: for answers that must not be cut.</summary>
internal static class TrailWalk
{
    /// <summary>Every record that the search finds; a body that cannot be read is a fault, not a gap, unless somebody takes it.</summary>
    /// <param name="store">The stored trail, to which whoever ships may add rows.</param>
    /// <param name="query">What is looked for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="unreadable">Takes what cannot be read, content that was destroyed among it; null: that is a fault.</param>
    /// <exception cref="InvalidDataException">A stored record cannot be read: an answer without it would be wrong.</exception>
    public static async IAsyncEnumerable<(AuditEntry Entry, AuditRecord Record)> AllAsync(
        IAuditStore store,
        AuditQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        Action<AuditEntry>? unreadable = null
    )
    {
        string? cursor = null;
        do
        {
            var page = await store.QueryAsync(query with { Limit = PageRequest.Most, Cursor = cursor }, cancellationToken);
            foreach (var entry in page.Entries)
            {
                if (unreadable is null)
                {
                    yield return (entry, Read(entry));
                }
                else if (!entry.IsDestroyed && entry.Read() is { } record)
                {
                    yield return (entry, record);
                }
                else
                {
                    unreadable(entry);
                }
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
