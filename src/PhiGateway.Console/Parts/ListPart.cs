namespace PhiGateway.Console.Parts;

/// <summary>Which part of a list a page shows, and the addresses of the parts beside it; shown by <see cref="ListPager"/>.</summary>
/// <param name="Skipped">How many stand on earlier pages.</param>
/// <param name="Count">How many stand on this one.</param>
/// <param name="Total">How many there are.</param>
/// <param name="First">Address of the first page; null: this is it.</param>
/// <param name="Next">Address of the next page; null: this is the last.</param>
public sealed record ListPart(int Skipped, int Count, int Total, string? First, string? Next)
{
    /// <summary>Made by the screen.</summary>
    /// <param name="skipped">How many were passed over.</param>
    /// <param name="count">How many are shown.</param>
    /// <param name="total">How many there are.</param>
    /// <param name="address">Address of the page that passes over so many; the first has no parameter for it.</param>
    internal static ListPart Of(int skipped, int count, int total, Func<string?, string> address) =>
        new(
            skipped,
            count,
            total,
            skipped > 0 ? address(null) : null,
            skipped + count < total && count > 0
                ? address((skipped + count).ToString(System.Globalization.CultureInfo.InvariantCulture))
                : null
        );
}
