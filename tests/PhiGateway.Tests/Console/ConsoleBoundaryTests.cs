using PhiGateway.Console.Http;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What the console answers to nobody: other hosts, other sites' requests, forms of other sessions; and its headers on everything.</summary>
public sealed class ConsoleBoundaryTests
{
    private const string Reference =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    [Fact]
    public async Task Answer_EveryOne_HasTheHeaders()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        var paths = ConsoleAccessTests
            .Endpoints(server)
            .Where(static endpoint => ConsoleAccessTests.MethodOf(endpoint) == "GET")
            .Select(ConsoleAccessTests.PathOf)
            .Append("/console/nothing-here");
        foreach (var path in paths)
        {
            var answer = await browser.GetAsync(path);
            // The reference of the API has a policy of its own, and it alone.
            Assert.Equal(path == "/console/api" ? Reference : ConsoleHeaders.ContentSecurity, answer.Headers["Content-Security-Policy"]);
            Assert.Equal("nosniff", answer.Headers["X-Content-Type-Options"]);
            Assert.Equal("DENY", answer.Headers["X-Frame-Options"]);
            Assert.Equal("same-origin", answer.Headers["Referrer-Policy"]);
            Assert.Equal("same-origin", answer.Headers["Cross-Origin-Opener-Policy"]);
            Assert.Contains("camera=()", answer.Headers["Permissions-Policy"]);
            var isPackage = path.StartsWith("/console/api/", StringComparison.Ordinal) && !path.EndsWith(".json", StringComparison.Ordinal);
            var isAsset = isPackage || path.Contains("/assets/", StringComparison.Ordinal);
            Assert.Contains(isAsset ? "immutable" : "no-store", answer.Headers["Cache-Control"]);
            if (isPackage)
            {
                continue;
            }

            // Nothing inline, and nothing that a page would have to be trusted for.
            Assert.DoesNotContain(" style=", answer.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotMatch(" on[a-z]+=", answer.Text);
            Assert.DoesNotContain("<script>", answer.Text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("console.hospital.example.evil.example")]
    [InlineData("console.hospital.example:8081")]
    [InlineData("127.0.0.1")]
    public async Task Host_OfAnotherName_IsMisdirected(string host)
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");

        Assert.Equal(421, (await browser.GetAsync("/console/now", ("Host", host))).Status);
        Assert.Equal(200, (await browser.GetAsync("/console/now", ("Host", ConsoleServer.Host.ToUpperInvariant()))).Status);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "https://console.hospital.example")]
    [InlineData("Origin", "null")]
    public async Task Post_OfAnotherSite_IsRefused(string header, string value)
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        var token = ConsoleBrowser.TokenOf(await browser.GetAsync("/console/patient"));
        (string, string)[] form = [("_token", token), ("tenant", "north"), ("patient", "p-1"), ("why", "a complaint was made")];

        Assert.Equal(403, (await browser.PostAsync("/console/patient", form, (header, value))).Status);
        (string, string)[] own = [("Sec-Fetch-Site", "same-origin"), ("Origin", "http://" + ConsoleServer.Host)];
        Assert.Equal(303, (await browser.PostAsync("/console/patient", form, own)).Status);
    }

    [Fact]
    public async Task Get_OfAnotherSite_MayBeALinkOnly()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");

        (string, string) foreign = ("Sec-Fetch-Site", "cross-site");
        Assert.Equal(200, (await browser.GetAsync("/console/clients", foreign, ("Sec-Fetch-Mode", "navigate"))).Status);
        Assert.Equal(403, (await browser.GetAsync("/console/clients", foreign, ("Sec-Fetch-Mode", "no-cors"))).Status);
        Assert.Equal(403, (await browser.GetAsync("/console/clients", foreign)).Status);

        // The strict cookie does not come along with a link: the browser is sent round once, and not to the sign-in.
        using var without = server.Browser();
        var sent = await without.GetAsync("/console/clients", foreign, ("Sec-Fetch-Mode", "navigate"));
        Assert.Equal((200, "0"), (sent.Status, sent.Headers["Refresh"]));
    }

    [Fact]
    public async Task Post_WithoutTheSessionsToken_ChangesNothing()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        using var other = await server.SignInAsync("second");
        var foreign = ConsoleBrowser.TokenOf(await other.GetAsync("/console/now"));
        var before = server.Admin.Journal.Records.Count;
        foreach (
            var endpoint in ConsoleAccessTests.Endpoints(server).Where(static endpoint => ConsoleAccessTests.MethodOf(endpoint) == "POST")
        )
        {
            var path = ConsoleAccessTests.PathOf(endpoint);
            Assert.Equal(403, (await browser.PostAsync(path, [])).Status);
            Assert.Equal(403, (await browser.PostAsync(path, [("_token", foreign)])).Status);
            Assert.Equal(403, (await browser.PostAsync(path, [("_token", string.Empty)])).Status);
        }

        Assert.Equal(before, server.Admin.Journal.Records.Count);
        Assert.Equal(200, (await browser.GetAsync("/console/now")).Status);
    }

    [Fact]
    public async Task Journal_Closed_PagesSayWhatStillWorks()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        server.Admin.Journal.Room = 0;

        var search = await browser.GetAsync("/console/audit");
        Assert.Equal(503, search.Status);
        Assert.Contains("The audit journal cannot take the record", search.Text);
        Assert.Equal(200, (await browser.GetAsync("/console/clients")).Status);
    }
}
