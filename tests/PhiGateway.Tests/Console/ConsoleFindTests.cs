using System.Net;
using System.Text.RegularExpressions;
using PhiGateway.Admin.Calls;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What is typed into the search box stands in no address; what it found leads there.</summary>
public sealed class ConsoleFindTests
{
    [Theory]
    [InlineData("acme-connector", "all", "/console/clients/acme-connector")]
    [InlineData("outside-use-case", "all", "/console/audit?reason=outside-use-case")]
    [InlineData("Acme Laboratories", "viewer", "/console/vendors?q=acme#acme")]
    [InlineData("Second quarter", "all", "/console/reviews/q2")]
    [InlineData("lab-results", "viewer", "/console/use-cases/lab-results")]
    [InlineData("odd-1", "viewer", "/console/alerts/odd-1")]
    [InlineData("A case", "viewer", "/console/cases/c-1")]
    public async Task Find_ByAName_LeadsThere(string text, string person, string href)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync(person);

        var found = await FindAsync(browser, text);
        var leads = found.Status == 303 ? found.Headers["Location"] : WebUtility.HtmlDecode(found.Text);
        Assert.Contains(href, leads, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_ByPartOfAReason_IsForThoseWhoReadTheTrail()
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var auditor = await server.SignInAsync("auditor");
        using var viewer = await server.SignInAsync("viewer");

        var found = await FindAsync(auditor, "use-case");
        Assert.Equal(200, found.Status);
        Assert.Contains("/console/audit?reason=outside-use-case", found.Text, StringComparison.Ordinal);
        Assert.Contains("/console/patient", found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/console/audit", (await FindAsync(viewer, "use-case")).Text, StringComparison.Ordinal);
        var persons = await FindAsync(auditor, "hospital.example");
        Assert.Contains("/console/audit?actor=", persons.Text, StringComparison.Ordinal);
        Assert.Contains("Nothing goes by this name", (await FindAsync(viewer, "zzz")).Text, StringComparison.Ordinal);
    }

    // More than the page holds are found by the list, whose address has not what was typed.
    [Fact]
    public async Task Find_MoreThanThePageHolds_LeadsToAllOfThem()
    {
        await using var server = await ConsoleServer.StartAsync();
        for (var place = 0; place < 12; place++)
        {
            var body = $$"""{"id":"lab-{{place}}","kind":"vendor","name":"Laboratory {{place}}"}""";
            Assert.Equal(201, (await server.Admin.PostAsync("/admin/v1/organizations", body)).Status);
        }

        using var browser = await server.SignInAsync("viewer");
        var found = await FindAsync(browser, "Laboratory");
        var all = Regex.Match(found.Text, "<a href=\"(?<path>[^\"]+)\">All 12</a>").Groups["path"].Value;
        Assert.StartsWith("/console/vendors?", all, StringComparison.Ordinal);
        Assert.DoesNotContain("Laboratory", all, StringComparison.Ordinal);
        var list = await browser.GetAsync(WebUtility.HtmlDecode(all));
        Assert.Contains("12 organizations", list.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"Laboratory\"", list.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Erika Mustermann")]
    [InlineData("4711-88")]
    [InlineData("Patient/p-1")]
    public async Task Find_WhatMayBeAPatient_StandsInNoAddress(string text)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        foreach (var role in AdminRoles.All)
        {
            using var browser = await server.SignInAsync(role);
            var found = await FindAsync(browser, text);

            // Shown in the answer to the form, which no history keeps, and with no link that has it.
            Assert.Equal(200, found.Status);
            Assert.DoesNotContain(found.Headers, pair => pair.Value.Contains(text, StringComparison.Ordinal));
            Assert.DoesNotContain($"href=\"/console/clients?q={Uri.EscapeDataString(text)}", found.Text, StringComparison.Ordinal);
        }

        using var page = await server.SignInAsync("viewer");
        var box = (await page.GetAsync("/console/now")).Text;
        Assert.Matches("action=\"/console/find\" method=\"post\"", box);
        var kept = await page.GetAsync("/console/find?q=" + Uri.EscapeDataString(text));
        Assert.Equal(200, kept.Status);
        Assert.DoesNotContain(text, WebUtility.HtmlDecode(kept.Text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_APatient_IsAskedForAReason_AndTheIdIsKept()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var officer = await server.SignInAsync("privacy-officer");
        using var viewer = await server.SignInAsync("viewer");

        var asked = await FindAsync(officer, "Patient/p-1");
        Assert.Contains("value=\"Patient/p-1\"", asked.Text, StringComparison.Ordinal);
        Assert.Contains("action=\"/console/patient\"", asked.Text, StringComparison.Ordinal);
        var told = await FindAsync(viewer, "Patient/p-1");
        Assert.DoesNotContain("p-1", told.Text, StringComparison.Ordinal);
        Assert.Contains("an auditor or a privacy officer opens one", told.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auditor", true)]
    [InlineData("privacy-officer", true)]
    [InlineData("viewer", false)]
    [InlineData("admin", false)]
    public async Task Find_ADecision_LeadsThereWhoOpensRecords(string person, bool isLed)
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync(person);

        var found = await FindAsync(browser, ConsolePageTests.Decision.ToString("D").ToUpperInvariant());
        Assert.Equal(isLed ? 303 : 200, found.Status);
        Assert.Equal(isLed ? $"/console/access/{ConsolePageTests.Decision:D}" : null, found.Headers.GetValueOrDefault("Location"));
    }

    private static Task<AdminAnswer> FindAsync(ConsoleBrowser browser, string text) =>
        browser.SubmitAsync("/console/now", "/console/find", ("q", text));
}
