using PhiGateway.Admin.Clients;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Design;

/// <summary>What the page of all parts shows.</summary>
/// <param name="Bars">A picture with every colour.</param>
/// <param name="Facets">Counts of a search.</param>
/// <param name="Lines">Records of each kind.</param>
/// <param name="Doors">Doors, open, closing and closed.</param>
/// <param name="Credential">One that is to be rotated.</param>
/// <param name="Today">The day.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record DesignModel(
    BarsModel Bars,
    IReadOnlyList<SearchFacet> Facets,
    IReadOnlyList<TrailLine> Lines,
    IReadOnlyList<DoorReport> Doors,
    Credential Credential,
    DateOnly Today,
    string FormToken
)
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
        var today = DateOnly.FromDateTime(begin.UtcDateTime);
        var model = new DesignModel(bars, SomeFacets(), SomeLines(begin), SomeDoors(begin), KeyOf(begin), today, request.Session.FormToken);
        return new PageContent("Design", string.Empty, typeof(DesignPage), model);
    }

    private static IReadOnlyList<SearchFacet> SomeFacets() =>
        [
            new(
                "decision",
                "Decision",
                [new FacetValue("permit", 4812, "/console/design", true), new FacetValue("deny", 312, "/console/design", false)],
                2
            ),
        ];

    private static IReadOnlyList<TrailLine> SomeLines(DateTimeOffset at)
    {
        var line = new TrailLine(
            Guid.Empty,
            null,
            at,
            "disclosure",
            "read",
            "permit",
            null,
            "ward-app",
            true,
            "north",
            "GET /Observation/{id}",
            200,
            12,
            1,
            "TREAT"
        );
        return
        [
            line,
            line with
            {
                Kind = "decision",
                Decision = "deny",
                Reason = "outside-roster",
                Released = 0,
                Withheld = 0,
                Status = 403,
            },
        ];
    }

    private static IReadOnlyList<DoorReport> SomeDoors(DateTimeOffset at) =>
        [
            new("approval", "not-approved", true, null, false, null, "client/ward-app"),
            new("agreement", "agreement-expired", true, at.AddDays(12), true, null, "agreement/baa-1"),
            new("owner", "owner-unconfirmed", false, null, false, "Let the owner confirm it.", "client/ward-app"),
        ];

    private static Credential KeyOf(DateTimeOffset at) =>
        new()
        {
            Id = "ward-app-key",
            Client = "ward-app",
            Created = DateOnly.FromDateTime(at.UtcDateTime).AddDays(-60),
            RotateBy = DateOnly.FromDateTime(at.UtcDateTime).AddDays(30),
        };
}
