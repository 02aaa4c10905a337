using System.Globalization;
using PhiGateway.Admin.Calls;

namespace PhiGateway.Console.Parts;

/// <summary>Which part of a list a page shows, and the addresses of the parts beside it; shown by <see cref="ListPager"/>.</summary>
/// <param name="Skipped">How many stand on earlier pages.</param>
/// <param name="Count">How many stand on this one.</param>
/// <param name="Total">How many there are.</param>
/// <param name="First">Address of the first page; null: this is it.</param>
/// <param name="Next">Address of the next page; null: this is the last.</param>
public sealed record ListPart(int Skipped, int Count, int Total, string? First, string? Next)
{
    // Far behind the end of every list, and far enough from the largest number that a page may be added.
    private const int MostSkipped = 1_000_000_000;

    /// <summary>How many entries an address passes over; 0 where it names no number.</summary>
    internal static int SkippedOf(string? asked) =>
        int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var skip) ? Math.Min(skip, MostSkipped) : 0;

    /// <summary>What an address says that passes over so many entries; null: nothing, it is the first page.</summary>
    internal static string? AskedOf(int skipped) => skipped == 0 ? null : skipped.ToString(CultureInfo.InvariantCulture);

    /// <summary>Made by the screen.</summary>
    /// <param name="list">What is shown.</param>
    /// <param name="address">Address of the page that passes over so many; the first has no parameter for it.</param>
    internal static ListPart Of<T>(ListSlice<T> list, Func<string?, string> address)
    {
        var (skipped, count) = (list.Skipped, list.Items.Count);
        return new ListPart(
            skipped,
            count,
            list.Total,
            skipped > 0 ? address(null) : null,
            skipped + count < list.Total && count > 0 ? address(AskedOf(skipped + count)) : null
        );
    }
}
