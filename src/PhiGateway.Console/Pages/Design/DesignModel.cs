using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Design;

/// <summary>What the page of all parts shows.</summary>
/// <param name="Bars">A picture with every colour.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record DesignModel(BarsModel Bars, string FormToken)
{
    internal static ScreenAnswer PageOf(ConsoleRequest request)
    {
        var begin = new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
        var bars = new BarsModel(
            "A picture",
            [.. Enumerable.Range(0, 6).Select(static place => new BarSeries($"reason {place + 1}", $"s{place}"))],
            [
                .. Enumerable
                    .Range(0, 24)
                    .Select(hour => new BarStep(
                        begin.AddHours(hour),
                        [.. Enumerable.Range(0, 6).Select(part => (long)((hour * 7) + (part * 5)) % 11)],
                        6,
                        34,
                        "/console/design"
                    )),
            ],
            TimeSpan.FromHours(1)
        );
        return new PageContent("Design", string.Empty, typeof(DesignPage), new DesignModel(bars, request.Session.FormToken));
    }
}
