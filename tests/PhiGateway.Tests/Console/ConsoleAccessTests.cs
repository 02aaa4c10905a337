using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Console.Http;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Every page and every step of the console is open to the roles that it names and to nobody else.</summary>
public sealed class ConsoleAccessTests
{
    [Fact]
    public async Task Endpoint_EveryOne_NamesItsRolesOrIsForVisitors()
    {
        await using var server = await ConsoleServer.StartAsync();
        var visitors = Endpoints(server)
            .Where(static endpoint => endpoint.Metadata.GetMetadata<OpenToVisitors>() is not null)
            .Select(static endpoint => $"{MethodOf(endpoint)} {endpoint.RoutePattern.RawText}")
            .Order(StringComparer.Ordinal);

        Assert.Equal(
            [
                "GET /console",
                "GET /console/assets/console.css",
                "GET /console/assets/console.js",
                "GET /console/assets/icon.svg",
                "GET /console/sign-in",
                "GET /console/signed-in",
                "POST /console/sign-in",
                "POST /console/sign-out",
            ],
            visitors
        );
        Assert.All(
            Endpoints(server).Where(static endpoint => endpoint.Metadata.GetMetadata<OpenToVisitors>() is null),
            endpoint => Assert.NotEmpty(endpoint.Metadata.GetMetadata<RequiredRoles>()!.AnyOf)
        );
    }

    [Fact]
    public async Task Role_OnEveryPageAndStep_PassesWhereItIsNamedOnly()
    {
        await using var server = await ConsoleServer.StartAsync();
        var endpoints = Endpoints(server).Where(static endpoint => endpoint.Metadata.GetMetadata<OpenToVisitors>() is null).ToList();
        Assert.True(endpoints.Count > 25, $"{endpoints.Count} endpoints");
        foreach (var role in AdminRoles.Given)
        {
            using var browser = await server.SignInAsync(role);
            // A page of one's own gives the token; a feed sees none, and its problem page has the form of the sign-out.
            var token = ConsoleBrowser.TokenOf(await browser.GetAsync("/console/now"));
            foreach (var endpoint in endpoints)
            {
                var path = PathOf(endpoint);
                var answer =
                    MethodOf(endpoint) == "GET" ? await browser.GetAsync(path) : await browser.PostAsync(path, [("_token", token)]);
                var isNamed = endpoint.Metadata.GetMetadata<RequiredRoles>()!.AnyOf.Contains(role);
                Assert.True(
                    isNamed ? answer.Status is not (403 or 500) : answer.Status == 403,
                    $"{role} {MethodOf(endpoint)} {path}: {answer.Status} {answer.Text}"
                );
            }
        }
    }

    [Fact]
    public async Task Visitor_OnEveryPageAndStep_IsSentToTheSignIn()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = server.Browser();
        foreach (var endpoint in Endpoints(server).Where(static endpoint => endpoint.Metadata.GetMetadata<OpenToVisitors>() is null))
        {
            var path = PathOf(endpoint);
            if (MethodOf(endpoint) == "GET")
            {
                var answer = await browser.GetAsync(path);
                Assert.Equal(303, answer.Status);
                Assert.StartsWith("/console/sign-in?to=", answer.Headers["Location"], StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(401, (await browser.PostAsync(path, [("_token", "x")])).Status);
            }
        }
    }

    [Fact]
    public async Task Viewer_OnTheFirstScreen_LearnsNoCountOfTheTrail()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var viewer = await server.SignInAsync(AdminRoles.Viewer);
        using var auditor = await server.SignInAsync(AdminRoles.Auditor);

        var page = await viewer.GetAsync("/console/now");
        Assert.Contains("Counts of the trail are shown to auditors", page.Text);
        Assert.DoesNotContain("/console/audit", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Admin.Journal.Records, static record => record.Event == "audit.count");
        Assert.Contains("/console/audit", (await auditor.GetAsync("/console/now")).Text, StringComparison.Ordinal);
        Assert.Contains(server.Admin.Journal.Records, static record => record.Event == "audit.count");
    }

    [Fact]
    public async Task Viewer_OnEveryPage_CountsAndReadsNothingOfTheTrail()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var viewer = await server.SignInAsync(AdminRoles.Viewer);
        var pages = 0;
        foreach (var endpoint in Endpoints(server).Where(static endpoint => MethodOf(endpoint) == "GET"))
        {
            if (endpoint.Metadata.GetMetadata<RequiredRoles>()?.AnyOf.Contains(AdminRoles.Viewer) == true)
            {
                pages++;
                Assert.NotEqual(403, (await viewer.GetAsync(PathOf(endpoint))).Status);
            }
        }

        Assert.True(pages > 12, $"{pages} pages");
        Assert.DoesNotContain(
            server.Admin.Journal.Records,
            static record => record.Kind == PhiGateway.Audit.Records.AuditKind.AuditUse && record.Actor == "viewer@hospital.example"
        );
    }

    [Fact]
    public async Task Role_ThatDoesNotReadTheTrail_LearnsNoCountByItsValues()
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        ConsolePageTests.Add(server, "acme-connector", "deny");
        foreach (var role in AdminRoles.Given.Except([AdminRoles.Auditor]))
        {
            using var browser = await server.SignInAsync(role);
            foreach (var path in Endpoints(server).Where(static endpoint => MethodOf(endpoint) == "GET").Select(PathOf).Distinct())
            {
                // All parts of the console stand there, with made-up figures.
                if (path == "/console/design")
                {
                    continue;
                }

                var page = await browser.GetAsync(path);
                var isCounted = page.Text.Contains("class=\"facets\"", StringComparison.Ordinal);
                Assert.False(isCounted, $"{role} {path} counts by values");
            }

            // Nor by a question: what a search narrows by is refused like the search.
            Assert.Equal(403, (await browser.GetAsync("/console/audit?client=acme-connector&reason=outside-use-case")).Status);
        }

        using var auditor = await server.SignInAsync(AdminRoles.Auditor);
        Assert.Contains("class=\"facets\"", (await auditor.GetAsync("/console/audit?from=2026-01-01")).Text, StringComparison.Ordinal);
    }

    // Whom the demonstration lets one be can do that person's work.
    [Theory]
    [InlineData("analyst", "GET /console/audit", "GET /console/cases/{id}", "POST /console/alerts/{id}/take", "POST /console/stop")]
    [InlineData("privacy", "GET /console/patient/{key}/accounting", "POST /console/break-glass/{id}", "POST /console/approvals/{id}")]
    [InlineData("engineer", "GET /console/clients/{id}/narrower", "POST /console/lab/replay", "POST /console/history/revert")]
    [InlineData("vendors", "POST /console/vendors/{id}/stop", "POST /console/review-items/{id}/decide", "GET /console/offboardings/{id}")]
    public async Task Demo_PersonOfAWork_MayDoIt(string person, params string[] work)
    {
        await using var server = await ConsoleServer.StartAsync();
        var roles = PhiGateway.Gateway.Demo.DemoPersons.All.Single(one => one.Id == person).Roles;
        var mine = Endpoints(server)
            .Where(endpoint => endpoint.Metadata.GetMetadata<RequiredRoles>()?.AnyOf.Intersect(roles).Any() == true)
            .Select(static endpoint => $"{MethodOf(endpoint)} {endpoint.RoutePattern.RawText}")
            .ToHashSet(StringComparer.Ordinal);

        Assert.All(work, step => Assert.Contains(step, mine));
    }

    internal static IEnumerable<RouteEndpoint> Endpoints(ConsoleServer server) =>
        server
            .Admin.Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(static source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(static endpoint => endpoint.RoutePattern.RawText?.StartsWith("/console", StringComparison.Ordinal) == true)
            .Distinct();

    internal static string MethodOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0];

    internal static string PathOf(RouteEndpoint endpoint) =>
        endpoint
            .RoutePattern.RawText!.Replace("access/{id}", "access/0199a000-0000-7000-8000-000000000001", StringComparison.Ordinal)
            .Replace("{id}", "nobody", StringComparison.Ordinal)
            .Replace("{key}", "nothing", StringComparison.Ordinal);
}
