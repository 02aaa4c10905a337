using PhiGateway.Audit.Shipping;

namespace PhiGateway.Sinks.Feeding;

/// <summary>The stored trail of this node as the sinks read it.</summary>
/// <param name="Store">Where records are read.</param>
/// <param name="Node">The node whose logs are sent on.</param>
/// <param name="Log">The log that is being written.</param>
/// <param name="Shipped">Its last sequence that is in the store; nothing is asked for beyond it.</param>
/// <param name="Durable">Its last sequence on the node's disk.</param>
/// <param name="First">Its first sequence that is still on the node's disk, from where it can be stored once more; null: none is.</param>
internal sealed record SinkTrail(
    IAuditStore Store,
    string Node,
    string Log,
    Func<long> Shipped,
    Func<long> Durable,
    Func<long>? First = null
)
{
    /// <summary>Of rows that were read from a place on, those up to the first hole, and none behind a last one.</summary>
    /// <remarks>
    /// Security: whoever ships may have put a second row, of another time, into a place. Which of them the node wrote is for the verifier to
    /// say, and neither may keep the other from being sent.
    /// </remarks>
    public static List<AuditEntry> Whole(IReadOnlyList<AuditEntry> stored, long from, long last)
    {
        var entries = new List<AuditEntry>(stored.Count);
        var expected = from;
        foreach (var entry in stored)
        {
            if (entry.Sequence > last || entry.Sequence > expected)
            {
                break;
            }

            entries.Add(entry);
            expected = entry.NextPlace;
        }

        return entries;
    }
}
