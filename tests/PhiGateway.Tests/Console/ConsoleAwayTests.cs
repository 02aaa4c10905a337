using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Http;
using PhiGateway.Console.Http;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>With a store away, or the journal full, every page says so and names what still works, and what it names does.</summary>
public sealed partial class ConsoleAwayTests
{
    [Theory]
    [InlineData("registry", "The store of the registry does not answer")]
    [InlineData("trail", "The store of the trail does not answer")]
    [InlineData("both", "Neither store answers")]
    [InlineData("journal", "what cannot be recorded is not given")]
    public async Task Page_EveryOne_WithAStoreAway_SaysWhatStillWorksAndItDoes(string away, string words)
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await ConsolePageTests.StartReviewAsync(server);
        ConsolePageTests.Add(server, "acme-connector", "permit");
        using var browser = await server.SignInAsync("all");
        server.Admin.Store.IsAway = away is "registry" or "both";
        server.Admin.Trail.IsAway = away is "trail" or "both";
        if (away == "journal")
        {
            server.Admin.Journal.Room = 0;
        }

        var refused = 0;
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in ConsoleAccessTests.Endpoints(server))
        {
            var isPage = endpoint.Metadata.GetMetadata<RequiredRoles>() is not null && ConsoleAccessTests.MethodOf(endpoint) == "GET";
            var path = ConsoleAccessTests.PathOf(endpoint).Replace("/nobody", "/acme-connector", StringComparison.Ordinal);
            if (!isPage || endpoint.Metadata.GetMetadata<NotAClick>() is not null)
            {
                continue;
            }

            var page = await browser.GetAsync(path);
            Assert.True(page.Status < 500 || page.Status == 503, $"{path}: {page.Status}");
            if (page.Status == 503)
            {
                refused++;
                Assert.Contains("What still works", page.Text, StringComparison.Ordinal);
                Assert.Contains(words, page.Text, StringComparison.Ordinal);
                named.UnionWith(
                    Works().Match(page.Text).Value is { Length: > 0 } list
                        ? Hrefs().Matches(list).Select(static one => one.Groups[1].Value)
                        : []
                );
            }
        }

        Assert.True(refused > 0, "nothing was refused");
        Assert.True(named.Count > 0 || away == "both", "nothing is named");
        foreach (var path in named)
        {
            Assert.True((await browser.GetAsync(WebUtility.HtmlDecode(path))).Status == 200, $"{away}: {path} is named and does not work");
        }
    }

    [Fact]
    public async Task Client_WithTheTrailAway_IsStoppedAllTheSame()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("all");
        server.Admin.Trail.IsAway = true;

        const string Path = "/console/clients/acme-connector/stop";
        var now = await browser.GetAsync("/console/now");
        Assert.Equal(200, now.Status);
        Assert.Contains("Not everything can be reached. Missing here: counts of the trail", now.Text, StringComparison.Ordinal);
        var preview = await browser.GetAsync(Path);
        Assert.Contains("id=\"missing\"", preview.Text, StringComparison.Ordinal);
        var version = Regex.Match(preview.Text, "name=\"version\" value=\"(\\d+)\"").Groups[1].Value;
        Assert.Equal(
            303,
            (await browser.SubmitAsync(Path, Path, ("version", version), ("step", "suspend"), ("reason", "odd calls"))).Status
        );

        // And with all there, nothing is said to be missing.
        server.Admin.Trail.IsAway = false;
        Assert.DoesNotContain("id=\"missing\"", (await browser.GetAsync("/console/now")).Text, StringComparison.Ordinal);
    }

    /// <summary>Whoever migrated and did not run the roles again has a table that the console may not read; approving goes on.</summary>
    [Fact]
    public async Task Approvals_WithoutWhoAskedToBeRegistered_ShowsWhoWaits()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        await Approvals.ApproveUseCaseAsync(server.Admin);
        Assert.Equal(200, (await server.Admin.PostAsync("/admin/v1/clients/acme-connector:submit", "{}")).Status);
        using var browser = await server.SignInAsync("all");
        var requests = (FakeRegistrationRequests)server.Admin.Services.GetRequiredService<IRegistrationRequests>();
        requests.IsAway = true;

        var page = await browser.GetAsync("/console/approvals");
        Assert.Equal(200, page.Status);
        Assert.Contains("/console/approvals/acme-connector\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("Missing here: who asked to be registered", page.Text, StringComparison.Ordinal);

        requests.IsAway = false;
        var whole = await browser.GetAsync("/console/approvals");
        Assert.Contains("/console/approvals/acme-connector\"", whole.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"missing\"", whole.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_WithTheRegistryAway_FindsAndShowsAnAccess()
    {
        await using var server = await ConsoleServer.StartAsync();
        ConsolePageTests.Add(server, "acme", "deny");
        using var browser = await server.SignInAsync("auditor");
        Assert.Equal(200, (await browser.GetAsync("/console/audit")).Status);
        server.Admin.Store.IsAway = true;

        var page = await browser.GetAsync("/console/audit");
        Assert.Equal(200, page.Status);
        Assert.Contains("kept searches", page.Text, StringComparison.Ordinal);
        Assert.Contains("outside-use-case", page.Text, StringComparison.Ordinal);
        var access = await browser.GetAsync($"/console/access/{ConsolePageTests.Decision:D}");
        Assert.Equal(200, access.Status);
        Assert.Contains("the decision against the registry", access.Text, StringComparison.Ordinal);
    }

    [GeneratedRegex("<ul class=\"plain\" id=\"works\">.*?</ul>", RegexOptions.Singleline)]
    private static partial Regex Works();

    [GeneratedRegex("href=\"([^\"]+)\"")]
    private static partial Regex Hrefs();
}
