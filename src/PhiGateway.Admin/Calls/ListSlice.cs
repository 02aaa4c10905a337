namespace PhiGateway.Admin.Calls;

/// <summary>One part of a list in its order, with how many the whole has: for pages that say "51 to 100 of 1,200".</summary>
/// <param name="Items">The part.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Skipped">How many stand before the part.</param>
internal sealed record ListSlice<T>(IReadOnlyList<T> Items, int Total, int Skipped)
{
    /// <summary>Cuts a part out of the whole.</summary>
    public static ListSlice<T> Of(IReadOnlyList<T> all, int skip, int take) => new([.. all.Skip(skip).Take(take)], all.Count, skip);
}
