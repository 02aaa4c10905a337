namespace PhiGateway.Console.Pages.Now;

/// <summary>A time that the first screen can show.</summary>
/// <param name="Name">As it stands in the address.</param>
/// <param name="Length">How long.</param>
/// <param name="Step">Length of one bar.</param>
/// <param name="Earlier">How many earlier times of that length say what is usual.</param>
internal sealed record NowRange(string Name, TimeSpan Length, TimeSpan Step, int Earlier)
{
    /// <summary>The ranges; the first is what is shown unasked.</summary>
    public static IReadOnlyList<NowRange> All { get; } =
    [
        new("24h", TimeSpan.FromHours(24), TimeSpan.FromMinutes(30), 7),
        new("7d", TimeSpan.FromDays(7), TimeSpan.FromHours(3), 1),
        new("14d", TimeSpan.FromDays(14), TimeSpan.FromHours(6), 0),
    ];

    /// <summary>By name; anything else is the first.</summary>
    public static NowRange Of(string? name) => All.FirstOrDefault(range => range.Name == name) ?? All[0];
}
