namespace PhiGateway.Audit.Shipping;

/// <summary>Reads a log of the store page by page so that no row is left out between two pages; used by the verifiers.</summary>
/// <remarks>
/// Security: whoever ships may have put a second row, of another time, into a place. Of the last place of a full page more rows may stand
/// in the store than the page had room for, and a next page that began behind it would not have them.
/// </remarks>
public static class WholePlaces
{
    /// <summary>Of a page those rows whose places were read whole, and where the next page begins; null: nothing stands behind.</summary>
    /// <remarks>Of a place that fills a whole page no more is read: that it has more than one row is known by then.</remarks>
    public static (IReadOnlyList<AuditEntry> Rows, long? Next) Of(IReadOnlyList<AuditEntry> page, int limit)
    {
        if (page.Count < limit && !AuditPageBytes.IsCut(page))
        {
            return (page, null);
        }

        var last = page[^1].Sequence;
        if (page[0].Sequence < last)
        {
            return ([.. page.TakeWhile(row => row.Sequence < last)], last);
        }

        long? next = last < long.MaxValue ? last + 1 : null;
        return (page, next);
    }
}
