using System.Net;
using System.Text.RegularExpressions;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>One alert has a page of its own, whatever lane it stands in; a list that is narrowed stays so over pages and steps.</summary>
public sealed class ConsoleAlertPageTests
{
    private const string Record = "0199a000-0000-7000-8000-000000000001";

    [Theory]
    [InlineData(AlertState.Open)]
    [InlineData(AlertState.Acknowledged)]
    [InlineData(AlertState.Closed)]
    public async Task Alert_InWhateverState_HasAPageWithItsRecordsRiskAndCase(AlertState state)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        await ConsoleAlertTests.WriteAsync(
            server,
            ConsoleAlertTests.Make(server, "of-it") with
            {
                State = state,
                Records = [Record],
                Risk = "NHI7:2025 Long-Lived Secrets",
                Technique = "T1078 Valid Accounts",
                Notify = "mary@hospital.example",
            }
        );
        using var auditor = await server.SignInAsync("auditor");

        var page = await auditor.GetAsync("/console/alerts/of-it");
        Assert.Equal(200, page.Status);
        Assert.Contains($"href=\"/console/access/{Record}\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("NHI7:2025 Long-Lived Secrets", page.Text, StringComparison.Ordinal);
        Assert.Contains("T1078 Valid Accounts", WebUtility.HtmlDecode(page.Text), StringComparison.Ordinal);
        Assert.Contains("in none", page.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"/console/clients/acme\"", page.Text, StringComparison.Ordinal);

        // Who does not read the trail is shown no way into it, and one that is in a case leads there.
        using var viewer = await server.SignInAsync("viewer");
        var plain = (await viewer.GetAsync("/console/alerts/of-it")).Text;
        Assert.DoesNotContain("/console/access/", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("/close\"", plain, StringComparison.Ordinal);
        using var all = await server.SignInAsync("all");
        var opened = await all.SubmitAsync("/console/alerts", "/console/cases", ("alerts", "odd-1"));
        var href = $"href=\"{opened.Headers["Location"]}\"";
        Assert.Contains(href, (await viewer.GetAsync("/console/alerts/odd-1")).Text, StringComparison.Ordinal);
        Assert.Equal(404, (await viewer.GetAsync("/console/alerts/nobody")).Status);
    }

    [Fact]
    public async Task Alert_AfterSteps_TellsWhatHappenedToIt_ToWhoReadsTheHistory()
    {
        await using var server = await ConsoleServer.StartAsync();
        var seen = ConsoleAlertTests.Make(server, "odd-1") with { At = server.Admin.Time.Now.AddHours(-2) };
        await ConsoleAlertTests.WriteAsync(server, seen);
        using var all = await server.SignInAsync("all");
        const string Page = "/console/alerts/odd-1";
        Assert.Equal(303, (await all.SubmitAsync(Page, Page + "/take", ("version", "1"), ("back", "page"))).Status);
        (string, string)[] fields = [("version", "2"), ("back", "page"), ("hours", "24"), ("reason", "known work")];
        Assert.Equal(303, (await all.SubmitAsync(Page, Page + "/snooze", fields)).Status);
        StoredTrail.Ship(server.Admin);

        var shown = (await all.GetAsync(Page)).Text;
        Assert.Contains("alert.take", shown, StringComparison.Ordinal);
        Assert.Contains("alert.snooze", shown, StringComparison.Ordinal);
        Assert.Contains("known work", shown, StringComparison.Ordinal);
        Assert.True(shown.IndexOf("alert.snooze", StringComparison.Ordinal) < shown.IndexOf("alert.take", StringComparison.Ordinal));
        Assert.Contains(
            server.Admin.Journal.Records,
            static record => record is { Event: "alert.history", Note: "alert=odd-1", Actor: "all@hospital.example" }
        );
        using var viewer = await server.SignInAsync("viewer");
        Assert.DoesNotContain("alert.take", (await viewer.GetAsync(Page)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_OnTheAlertsPage_ComesBackToIt_AndARefusedOneToo()
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync("approver");
        const string Page = "/console/alerts/odd-1";

        var refused = await browser.SubmitAsync(Page, Page + "/close", ("version", "1"), ("back", "page"));
        Assert.Equal(422, refused.Status);
        Assert.Contains("What happened to it", refused.Text, StringComparison.Ordinal);
        var closed = await browser.SubmitAsync(Page, Page + "/close", ("version", "1"), ("back", "page"), ("reason", "a test of ours"));
        Assert.Equal((303, Page), (closed.Status, closed.Headers["Location"]));
    }

    [Fact]
    public async Task List_Narrowed_StaysSoOverItsPagesAndAfterAStep()
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleAlertTests.WriteAsync(
            server,
            [
                .. Enumerable.Range(0, 120).Select(place => ConsoleAlertTests.Make(server, $"odd-{place:d3}")),
                .. Enumerable
                    .Range(0, 5)
                    .Select(place => ConsoleAlertTests.Make(server, $"other-{place}") with { Kind = "two-places", Subject = "client/b" }),
                ConsoleAlertTests.Make(server, "mine-1") with
                {
                    AssignedTo = "APPROVER@hospital.example",
                    State = AlertState.Acknowledged,
                },
                ConsoleAlertTests.Make(server, "done-1") with
                {
                    Kind = "two-places",
                    State = AlertState.Closed,
                },
            ]
        );
        using var browser = await server.SignInAsync("approver");

        Assert.Equal(5, RowsOf((await browser.GetAsync("/console/alerts?kind=two-places")).Text));
        Assert.Equal(6, RowsOf((await browser.GetAsync("/console/alerts?kind=two-places&state=all")).Text));
        Assert.Equal(5, RowsOf((await browser.GetAsync("/console/alerts?subject=client%2Fb")).Text));
        Assert.Equal(1, RowsOf((await browser.GetAsync("/console/alerts?mine=1")).Text));
        Assert.Equal(0, RowsOf((await browser.GetAsync("/console/alerts?severity=urgent")).Text));
        Assert.Equal(400, (await browser.GetAsync("/console/alerts?severity=dreadful")).Status);
        Assert.Equal(400, (await browser.GetAsync("/console/alerts?state=gone")).Status);

        var second = WebUtility.HtmlDecode((await browser.GetAsync("/console/alerts?lane=look&kind=odd&skip=50")).Text);
        Assert.Equal(50, RowsOf(second));
        Assert.Contains("href=\"/console/alerts?lane=look&kind=odd&skip=100\"", second, StringComparison.Ordinal);
        Assert.Contains("name=\"back\" value=\"lane=look&kind=odd&skip=50\"", second, StringComparison.Ordinal);
        var taken = await browser.SubmitAsync(
            "/console/alerts",
            "/console/alerts/odd-060/take",
            ("version", "1"),
            ("back", "lane=look&kind=odd&skip=50")
        );
        Assert.Equal("/console/alerts?lane=look&kind=odd&skip=50", taken.Headers["Location"]);

        // A refused one shows that page of the list again, and not the first.
        var refused = await browser.SubmitAsync(
            "/console/alerts",
            "/console/alerts/odd-061/close",
            ("version", "1"),
            ("back", "lane=look&kind=odd&skip=50")
        );
        Assert.Equal(422, refused.Status);
        Assert.Contains("51 to 100 of 119", refused.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("state=gone")]
    [InlineData("state=open&state=closed")]
    [InlineData("\r\nLocation: https://evil.example")]
    public async Task Step_OfAFormThatLeadsElsewhere_GoesToTheList(string back)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync("approver");

        var taken = await browser.SubmitAsync("/console/alerts", "/console/alerts/odd-1/take", ("version", "1"), ("back", back));
        Assert.Equal((303, "/console/alerts"), (taken.Status, taken.Headers["Location"]));
    }

    [Theory]
    [InlineData("/admin/v1/alerts?state=open&kind=two-places", "/console/alerts?state=open&kind=two-places")]
    [InlineData("/admin/v1/alerts?state=open&severity=urgent", "/console/alerts?state=open&severity=urgent")]
    [InlineData("/admin/v1/alerts?kind=audit-finding", "/console/alerts?kind=audit-finding&state=all")]
    [InlineData("/admin/v1/alerts", "/console/alerts?state=all")]
    [InlineData("/admin/v1/alerts?state.ne=closed", "/console/alerts")]
    [InlineData("/admin/v1/alerts?state.ne=closed&kind=dormant", "/console/alerts?kind=dormant")]
    [InlineData("/admin/v1/audit/counts?from=a&decision=deny&by=reason", "/console/audit?from=a&decision=deny")]
    [InlineData("/admin/v1/alerts?kind=break-glass&state=open", "/console/break-glass")]
    [InlineData("/admin/v1/callers/unknown", "/console/callers")]
    [InlineData("/admin/v1/revocations", "/console/revocations")]
    [InlineData("/admin/v1/offboardings", "/console/offboardings")]
    [InlineData("/admin/v1/nothing", null)]
    public void OfQuery_OfAnEvidence_LeadsToThePageThatShowsTheSame(string query, string? href) => Assert.Equal(href, Links.OfQuery(query));

    [Fact]
    public async Task Client_OfOpenAlerts_ShowsThemAndLeadsToEach()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await ConsoleAlertTests.WriteAsync(
            server,
            ConsoleAlertTests.Make(server, "odd-1") with
            {
                Subject = "client/acme-connector",
            },
            ConsoleAlertTests.Make(server, "odd-2") with
            {
                Subject = "client/acme-connector",
                State = AlertState.Closed,
            }
        );
        using var browser = await server.SignInAsync("viewer");

        var page = (await browser.GetAsync("/console/clients/acme-connector")).Text;
        Assert.Contains("href=\"/console/alerts/odd-1\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/console/alerts/odd-2\"", page, StringComparison.Ordinal);
    }

    private static int RowsOf(string page) => Regex.Count(page, "<tr id=\"[a-z0-9-]+\">");
}
