using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Each page of the console is looked at in a browser: clean for whoever does not see it, and whole at twice the size.</summary>
public sealed partial class ConsoleLookedAtTests
{
    // What is no page of ours: files, feeds, what a page consists of, and places that only lead on.
    private static readonly string[] NoPages =
    [
        "/console",
        "/console/access/{id}/evidence",
        "/console/access/{id}/proof",
        "/console/api",
        "/console/api/openapi.json",
        "/console/api/reference.css",
        "/console/api/reference.js",
        "/console/api/swagger-ui-bundle.js",
        "/console/api/swagger-ui.css",
        "/console/assets/console.css",
        "/console/assets/console.js",
        "/console/assets/icon.svg",
        "/console/audit/export",
        "/console/audit/tail/lines",
        "/console/cases/{id}/evidence",
        "/console/jobs/{id}/file",
        "/console/patient/{key}/accounting/csv",
        "/console/reviews/{id}/evidence",
        "/console/signed-in",
    ];

    [Fact]
    public async Task Page_EveryOne_IsLookedAtInABrowser()
    {
        await using var server = await ConsoleServer.StartAsync();
        var routes = ConsoleAccessTests
            .Endpoints(server)
            .Where(static endpoint => ConsoleAccessTests.MethodOf(endpoint) == "GET")
            .Select(static endpoint => endpoint.RoutePattern.RawText!)
            .Distinct()
            .ToList();
        var (paths, journeys) = (LookedAt(), Journeys());

        Assert.True(routes.Count > 50, $"{routes.Count} routes");
        Assert.Empty(NoPages.Except(routes));
        Assert.Empty(journeys.Except(routes));
        var unseen = routes.Except(NoPages).Except(journeys).Where(route => !paths.Any(path => Fits(route, path))).ToList();
        Assert.Empty(unseen);
    }

    [Theory]
    [InlineData("/console/clients/{id}", "/console/clients/acme", true)]
    [InlineData("/console/clients/{id}", "/console/clients/acme/stop", false)]
    [InlineData("/console/clients/{id}/stop", "/console/clients/acme/stop", true)]
    [InlineData("/console/stop", "/console/stop?target=tenant", true)]
    [InlineData("/console/audit", "/console/audit/tail", false)]
    public void Route_OfAPath_IsThatOfItsPage(string route, string path, bool isIt) => Assert.Equal(isIt, Fits(route, path));

    private static bool Fits(string route, string path) => Regex.IsMatch(path, "^" + Place().Replace(route, "[^/?]+") + @"(\?|$)");

    private static List<string> LookedAt() =>
        [.. Screen().Matches(File.ReadAllText(Of("LookedAtScreens.cs"))).Select(static match => match.Groups["path"].Value)];

    private static HashSet<string> Journeys() =>
        RepositoryPaths
            .Files(RepositoryPaths.Of("tests", "PhiGateway.EndToEnd", "Console"), "*Tests.cs")
            .SelectMany(static file => Journey().Matches(File.ReadAllText(file)))
            .Select(static match => match.Groups["route"].Value)
            .ToHashSet(StringComparer.Ordinal);

    private static string Of(string file) => RepositoryPaths.Of("tests", "PhiGateway.EndToEnd", "Console", file);

    [GeneratedRegex("""\("[^"]+", "(?<path>/console[^"]*)"\),""")]
    private static partial Regex Screen();

    [GeneratedRegex("""CleanAsync\(\w+, "(?<route>[^"]+)"\)""")]
    private static partial Regex Journey();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Place();
}
