using PhiGateway.Audit.Shipping;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// The shapes of one batch of entries: of each entry its shape's id, and each shape once, in one order everywhere, so that two shippers who
/// add the same ones wait for each other and never in a circle. Made by the audit store before it inserts.
/// </summary>
internal sealed class AuditShapeBatch
{
    private AuditShapeBatch(long[] ids, List<(long Id, AuditShape Shape)> shapes) => (Ids, Shapes) = (ids, shapes);

    /// <summary>In the order of the entries.</summary>
    public IReadOnlyList<long> Ids { get; }

    /// <summary>By month and id.</summary>
    public IReadOnlyList<(long Id, AuditShape Shape)> Shapes { get; }

    public static AuditShapeBatch Of(List<AuditEntry> entries)
    {
        var known = new Dictionary<AuditShape, long>();
        var ids = new long[entries.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            // Mostly one client asks for one kind of thing many times over: then the texts are the very instances of the entry before.
            if (i > 0 && AuditShape.IsThatOf(entries[i], entries[i - 1]))
            {
                ids[i] = ids[i - 1];
                continue;
            }

            var shape = AuditShape.Of(entries[i]);
            if (!known.TryGetValue(shape, out ids[i]))
            {
                known.Add(shape, ids[i] = shape.ComputeId());
            }
        }

        return new AuditShapeBatch(
            ids,
            [.. known.OrderBy(static pair => (pair.Key.Month, pair.Value)).Select(static pair => (pair.Value, pair.Key))]
        );
    }
}
