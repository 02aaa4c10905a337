using PhiGateway.Console.Configuration;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A link of another site, or an address given to a sign-in, takes nothing away by itself: a person's click does.</summary>
public sealed class ConsoleLedTests
{
    private const string Search = "/console/audit?decision=deny";
    private const string Export = "/console/audit/export?format=ndjson&decision=deny";

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task Export_OfALinkElsewhere_IsTakenByAClickOnly(string site)
    {
        await using var server = await ConsoleServer.StartAsync();
        ConsolePageTests.Add(server, "acme", "deny");
        using var browser = await server.SignInAsync("auditor");
        (string, string)[] led = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "navigate")];

        var held = await browser.GetAsync(Export, led);
        Assert.Equal(403, held.Status);
        Assert.Contains("Nothing was taken", held.Text, StringComparison.Ordinal);
        Assert.Contains("Take it now", held.Text, StringComparison.Ordinal);
        Assert.Contains("format=ndjson&amp;decision=deny", held.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Admin.Journal.Records, static record => record.Event is "audit.export" or "audit.taken");

        // A link to a page is a colleague's.
        Assert.Equal(200, (await browser.GetAsync(Search, led)).Status);
        foreach (var own in (string[])["same-origin", "none"])
        {
            (string, string)[] clicked = [("Sec-Fetch-Site", own), ("Sec-Fetch-Mode", "navigate")];
            Assert.Equal(200, (await browser.GetAsync(Export, clicked)).Status);
        }

        Assert.Equal(2, server.Admin.Journal.Records.Count(static record => record.Event == "audit.export"));
    }

    [Fact]
    public async Task Export_OfALinkElsewhere_IsNotSentRoundToItself()
    {
        await using var server = await ConsoleServer.StartAsync();

        // The strict cookie does not come along: sent round, the browser would come as if somebody had clicked here.
        using var without = server.Browser();
        (string, string)[] led = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")];
        var refused = await without.GetAsync(Export, led);
        Assert.Equal(403, refused.Status);
        Assert.DoesNotContain("Refresh", refused.Headers.Keys);
        var page = await without.GetAsync(Search, led);
        Assert.Equal((200, "0"), (page.Status, page.Headers["Refresh"]));
    }

    // It holds nothing of a patient; it would be on their disk, and the look in their name.
    [Fact]
    public async Task Proof_OfALinkElsewhere_IsTakenByAClickOnly()
    {
        await using var server = await ConsoleServer.StartAsync();
        ConsolePageTests.Add(server, "acme", "deny");
        var path = $"/console/access/{ConsolePageTests.Decision:D}/proof";
        (string, string)[] led = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")];
        using var without = server.Browser();
        var refused = await without.GetAsync(path, led);
        Assert.Equal(403, refused.Status);
        Assert.DoesNotContain("Refresh", refused.Headers.Keys);

        using var browser = await server.SignInAsync("auditor");
        var held = await browser.GetAsync(path, led);
        Assert.Equal(403, held.Status);
        Assert.Contains("Take it now", held.Text, StringComparison.Ordinal);

        var clicked = await browser.GetAsync(path, ("Sec-Fetch-Site", "same-origin"));
        Assert.NotEqual(403, clicked.Status);
        Assert.DoesNotContain("Take it now", clicked.Text, StringComparison.Ordinal);
    }

    // Else a link would be enough to lose what somebody filled in.
    [Fact]
    public async Task Form_ThatWaitsForASignIn_WaitsOnWhereALinkElsewhereLeadsToAFile()
    {
        await using var server = await ConsoleServer.StartAsync(stepUp: new StepUpOptions(TimeSpan.FromMinutes(5), []));
        using var browser = await server.SignInAsync("auditor");
        server.Admin.Time.Now += TimeSpan.FromMinutes(6);
        (string, string)[] typed = [("tenant", "north"), ("patient", "p-1"), ("why", "complaint 26-114")];
        Assert.Equal(403, (await browser.SubmitAsync("/console/patient", "/console/patient", typed)).Status);

        var led = await browser.GetAsync(Export, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"));
        Assert.Equal(403, led.Status);
        Assert.Contains("Nothing was taken", led.Text, StringComparison.Ordinal);
        Assert.Contains("complaint 26-114", (await browser.GetAsync("/console/held")).Text, StringComparison.Ordinal);

        // The click is asked for the sign-in.
        Assert.Contains("Sign in again for this", (await browser.GetAsync(Export)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ThatASignInLeadsTo_IsTakenByAClickOnly()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = server.Browser();
        await SignInAsync(browser, Export);
        var held = await browser.GetAsync(Export);
        Assert.Equal(403, held.Status);
        Assert.Contains("Take it now", held.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await browser.GetAsync(Export)).Status);

        // Whoever is led to a page takes from there.
        await SignInAsync(browser, Search);
        Assert.Equal(200, (await browser.GetAsync(Search)).Status);
        Assert.Equal(200, (await browser.GetAsync(Export)).Status);
    }

    // A page that was open beside it asks by itself between the sign-in and what that leads to.
    [Fact]
    public async Task Export_ThatASignInLeadsTo_IsTakenByAClickOnly_WhateverAnotherTabAsks()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = server.Browser();
        await SignInAsync(browser, Export);
        Assert.Equal(200, (await browser.GetAsync("/console/now?live=1&again=1")).Status);

        Assert.Equal(403, (await browser.GetAsync(Export + "&again=1")).Status);
        Assert.Equal(200, (await browser.GetAsync(Export)).Status);
    }

    private static async Task SignInAsync(ConsoleBrowser browser, string to)
    {
        var page = await browser.GetAsync("/console/sign-in?to=" + Uri.EscapeDataString(to));
        (string, string)[] form = [("_token", ConsoleBrowser.TokenOf(page)), ("person", "auditor"), ("to", to)];
        var signedIn = await browser.PostAsync("/console/sign-in", form);
        Assert.Equal((303, to), (signedIn.Status, signedIn.Headers["Location"]));
    }
}
