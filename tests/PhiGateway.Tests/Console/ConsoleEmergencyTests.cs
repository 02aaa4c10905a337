using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Whoever decides about an emergency use sees what was said and how much it touched, on record; nobody else does.</summary>
public sealed class ConsoleEmergencyTests
{
    private const string Said = "unconscious, no other source";

    [Theory]
    [InlineData("approver")]
    [InlineData("auditor")]
    [InlineData("privacy-officer")]
    public async Task Use_ForWhoDecides_ShowsTheJustificationAndTheDecision(string role)
    {
        await using var server = await ConsoleServer.StartAsync();
        var id = await UseAsync(server);
        using var browser = await server.SignInAsync(role);

        var page = await browser.GetAsync("/console/alerts/" + id);
        Assert.Contains(Said, page.Text, StringComparison.Ordinal);
        // Each number leads whoever reads the trail to the calls.
        Assert.Contains(role == "auditor" ? ">2 calls</a> from" : "2 calls from", page.Text, StringComparison.Ordinal);
        Assert.Contains(
            server.Admin.Journal.Records,
            record => record.Event == "audit.emergency" && record.Actor == role + "@hospital.example" && record.Note == "alert=" + id
        );

        (string, string)[] decision = [("version", "1"), ("back", "page"), ("decision", "justified"), ("reason", "the ward called")];
        var decided = await browser.SubmitAsync("/console/alerts/" + id, "/console/break-glass/" + id, decision);
        Assert.Equal((303, "/console/alerts/" + id), (decided.Status, decided.Headers["Location"]));
        Assert.Contains("It is closed", (await browser.GetAsync("/console/alerts/" + id)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("operator")]
    [InlineData("responder")]
    [InlineData("admin")]
    public async Task Use_ForAnybodyElse_ShowsNeitherTheWordsNorTheForm(string role)
    {
        await using var server = await ConsoleServer.StartAsync();
        var id = await UseAsync(server);
        using var browser = await server.SignInAsync(role);

        var page = await browser.GetAsync("/console/alerts/" + id);
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain(Said, page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("action=\"/console/break-glass/", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Admin.Journal.Records, static record => record.Event == "audit.emergency");
    }

    [Fact]
    public async Task Uses_OfOneClientInOneSecond_HaveNamesOfTheirOwn()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        StoredTrail.AddEmergency(server.Admin, "t1");
        StoredTrail.AddEmergency(server.Admin, "t2");
        Assert.Equal(2, await server.Admin.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default));
        using var browser = await server.SignInAsync("privacy-officer");

        // What a screen reader lists of a page is told apart by its names.
        var page = await browser.GetAsync("/console/break-glass");
        var names = Regex
            .Matches(page.Text, "<section class=\"panel\"[^>]* aria-label=\"([^\"]+)\"")
            .Select(static one => one.Groups[1].Value)
            .ToList();
        Assert.Equal(2, names.Count);
        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task Use_ThatIsReadSlowly_IsOneLookOnRecord_HoweverOftenThePageAsksAgain()
    {
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        var id = await UseAsync(server);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Admin.Trail.BeforeQuery = query => query.Kind == AuditKind.Override ? gate.Task : Task.CompletedTask;
        using var browser = await server.SignInAsync("auditor");
        var again = $"/console/alerts/{id}?again=1";

        var first = await browser.GetAsync("/console/alerts/" + id);
        Assert.Equal($"2; url={again}", first.Headers["Refresh"]);
        for (var poll = 0; poll < 5; poll++)
        {
            var page = await browser.GetAsync(again);
            Assert.Equal($"2; url={again}", page.Headers["Refresh"]);
            Assert.DoesNotContain(Said, page.Text, StringComparison.Ordinal);
        }

        gate.SetResult();
        await ShownAsync(browser, again);
        Assert.Equal((1, 1), (CountOf(server, "audit.emergency"), CountOf(server, "alert.history")));

        // Opening it anew is a look of its own.
        await ShownAsync(browser, "/console/alerts/" + id);
        Assert.Equal(2, CountOf(server, "audit.emergency"));

        static int CountOf(ConsoleServer server, string look) => server.Admin.Journal.Records.Count(record => record.Event == look);
    }

    [Fact]
    public async Task Use_WhoseLookCannotBePutOnRecord_IsNotShown()
    {
        await using var server = await ConsoleServer.StartAsync();
        var id = await UseAsync(server);
        using var browser = await server.SignInAsync("privacy-officer");
        server.Admin.Journal.Room = 0;

        var page = await browser.GetAsync("/console/alerts/" + id);
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain(Said, page.Text, StringComparison.Ordinal);
        Assert.Contains("what was said at its use", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_OnTheFirstScreen_AreOneLookAMinute_HoweverOftenItAsksAgain()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("privacy-officer");
        for (var poll = 0; poll < 5; poll++)
        {
            Assert.Equal(200, (await browser.GetAsync("/console/now?live=1&again=1")).Status);
        }

        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.requests");

        // Another officer's look is another's.
        using var other = await server.SignInAsync("all");
        Assert.Contains("looked at patients' requests", WebUtility.HtmlDecode((await other.GetAsync("/console/now")).Text));
        Assert.Contains(
            server.Admin.Journal.Records,
            static record => record is { Event: "audit.requests", Actor: "all@hospital.example" }
        );
    }

    private static async Task ShownAsync(ConsoleBrowser browser, string path)
    {
        while (!(await browser.GetAsync(path)).Text.Contains(Said, StringComparison.Ordinal)) { }
    }

    private static async Task<string> UseAsync(ConsoleServer server)
    {
        await Sample.WriteAsync(server.Admin);
        StoredTrail.AddEmergency(server.Admin, "t1");
        StoredTrail.AddEmergency(server.Admin, "t1");
        Assert.Equal(1, await server.Admin.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default));
        return (string)(await server.Admin.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!["id"]!;
    }
}
