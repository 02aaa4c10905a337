namespace PhiGateway.Proof.Heads;

/// <summary>Goes through the heads of a log page by page (<see cref="IHeadStore.ReadAsync"/>).</summary>
public static class HeadPages
{
    /// <summary>
    /// The size to go on from behind a page; null: it was the last. Several heads may have one size, and a page end between them: those of the
    /// last size are asked for once more.
    /// </summary>
    /// <remarks>Security: whoever ships may put heads of any size there, the last one that there is among them.</remarks>
    /// <param name="page">The page, smallest size first.</param>
    /// <param name="limit">How many it could have.</param>
    public static long? Behind(IReadOnlyList<LogHead> page, int limit)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (page.Count < limit)
        {
            return null;
        }

        return page switch
        {
            [var first, .., var last] when first.Size < last.Size => last.Size,
            [.., { Size: < long.MaxValue } last] => last.Size + 1,
            _ => null,
        };
    }
}
