using System.Text.RegularExpressions;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>That a review's end was asked for is taken back at the console by one person; nobody cancels it alone then.</summary>
public sealed class ConsoleWithdrawTests
{
    private const string Review = "/console/reviews/q2";
    private const string Withdraw = Review + "/withdraw-cancel";

    [Fact]
    public async Task Cancelling_TakenBack_TakesTwoAnew()
    {
        await using var server = await StartAsync();
        using var first = await server.SignInAsync("all");
        using var keeper = await server.SignInAsync("operator");
        Assert.DoesNotContain(Withdraw, (await keeper.GetAsync(Review)).Text, StringComparison.Ordinal);
        await AskAsync(first);

        var asked = await keeper.GetAsync(Review);
        Assert.Contains("action=\"" + Withdraw, asked.Text, StringComparison.Ordinal);
        var done = await keeper.SubmitAsync(Review, Withdraw, VersionIn(asked), ("reason", "the scope was right"));
        Assert.Equal((303, Review), (done.Status, done.Headers["Location"]));
        Assert.Contains(
            server.Admin.Journal.Records,
            static record =>
                record is { Event: "campaign.withdraw-cancel", Actor: "operator@hospital.example", Note: { } note }
                && note.Contains("the scope was right", StringComparison.Ordinal)
        );

        var after = await keeper.GetAsync(Review);
        Assert.DoesNotContain("id=\"cancel-asked\"", after.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("action=\"" + Withdraw, after.Text, StringComparison.Ordinal);
        using var second = await server.SignInAsync("second");
        var shown = await second.GetAsync(Review);
        Assert.Equal(303, (await second.SubmitAsync(Review, Review + "/cancel", VersionOf(shown), ("reason", "mine"))).Status);
        Assert.Contains("id=\"cancel-asked\"", (await second.GetAsync(Review)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_TakenBackOverAnOlderPage_IsRefusedAndKeepsWhatWasTyped()
    {
        await using var server = await StartAsync();
        using var first = await server.SignInAsync("all");
        await AskAsync(first);

        var stale = await first.SubmitAsync(Review, Withdraw, ("version", "1"), ("reason", "typed over an older page"));
        Assert.Equal(412, stale.Status);
        Assert.Contains("value=\"typed over an older page\"", stale.Text, StringComparison.Ordinal);
        Assert.Contains("id=\"cancel-asked\"", stale.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_TakenBackByWhoOnlyReads_IsNeitherOfferedNorDone()
    {
        await using var server = await StartAsync();
        using var first = await server.SignInAsync("all");
        await AskAsync(first);
        using var auditor = await server.SignInAsync("auditor");

        var page = await auditor.GetAsync(Review);
        Assert.Contains("id=\"cancel-asked\"", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Withdraw, page.Text, StringComparison.Ordinal);
        Assert.Equal(403, (await auditor.SubmitAsync(Review, Withdraw, ("version", "2"), ("reason", "x"))).Status);
        Assert.Contains("id=\"cancel-asked\"", (await first.GetAsync(Review)).Text, StringComparison.Ordinal);
    }

    private static async Task<ConsoleServer> StartAsync()
    {
        var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await ConsolePageTests.StartReviewAsync(server);
        return server;
    }

    private static async Task AskAsync(ConsoleBrowser browser)
    {
        var before = await browser.GetAsync(Review);
        var asked = await browser.SubmitAsync(Review, Review + "/cancel", VersionOf(before), ("reason", "the wrong scope"));
        Assert.Equal(303, asked.Status);
    }

    private static (string, string) VersionOf(AdminAnswer page) => VersionAfter(page, Review + "/cancel\"");

    private static (string, string) VersionIn(AdminAnswer page) => VersionAfter(page, Withdraw);

    private static (string, string) VersionAfter(AdminAnswer page, string action) =>
        (
            "version",
            Regex.Match(page.Text[page.Text.IndexOf(action, StringComparison.Ordinal)..], "\"version\" value=\"(\\d+)\"").Groups[1].Value
        );
}
