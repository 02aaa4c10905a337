using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The live tail: what has arrived since, by the filters of the search, on record, without keeping a session alive.</summary>
public sealed class ConsoleTailTests
{
    private const string Path = "/console/audit/tail";

    [Fact]
    public async Task Tail_OfOneClient_ShowsWhatArrivesAfterItBegan_WithAndWithoutTheScript()
    {
        await using var server = await ConsoleServer.StartAsync();
        ConsolePageTests.Add(server, "acme", "permit");
        using var browser = await server.SignInAsync("auditor");
        var begun = await browser.GetAsync(Path + "?client=acme");
        Assert.Equal(200, begun.Status);
        Assert.Contains("Nothing that fits has arrived yet", begun.Text);
        Assert.DoesNotContain(ConsolePageTests.Decision.ToString("D"), begun.Text, StringComparison.Ordinal);
        Assert.Contains("client=acme", Tails(server).Single().Note);

        ConsolePageTests.Add(server, "acme", "deny", 1);
        ConsolePageTests.Add(server, "other", "deny", 2);
        var lines = await browser.GetAsync(Follow(begun));
        Assert.Equal(200, lines.Status);
        Assert.Equal("no-store", lines.Headers["Cache-Control"]);
        var line = Assert.Single(lines.Json["lines"]!.AsArray())!;
        Assert.Equal(("acme", "deny", "outside-use-case"), ((string?)line["who"], (string?)line["decision"], (string?)line["why"]));
        Assert.Equal("/console/clients/acme", (string?)line["whoHref"]);
        Assert.Equal(ConsolePageTests.Hostile, (string?)line["what"]);
        Assert.EndsWith("records=1", Tails(server).Last().Note, StringComparison.Ordinal);
        Assert.Empty((await browser.GetAsync((string)lines.Json["follow"]!)).Json["lines"]!.AsArray());
        Assert.Equal(2, Tails(server).Count());

        // The link does the same, as a page.
        var page = await browser.GetAsync(Regex.Match(begun.Text, "id=\"since\" href=\"([^\"]+)\"").Groups[1].Value.Replace("&amp;", "&"));
        Assert.Contains("outside-use-case", page.Text);
        Assert.DoesNotContain("<script>alert", page.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Tail_OfTwoPeople_TellsNeitherOfTheOther()
    {
        await using var server = await ConsoleServer.StartAsync();
        StoredTrail.Add(server.Admin, TestRecords.Disclosure());
        using var one = await server.SignInAsync("auditor");
        using var two = await server.SignInAsync("all");
        var (first, second) = (await one.GetAsync(Path), await two.GetAsync(Path));
        StoredTrail.Ship(server.Admin);
        var before = Tails(server).Count();
        var seen = (await one.GetAsync(Follow(first))).Json["lines"]!.AsArray();
        StoredTrail.Ship(server.Admin);
        _ = await two.GetAsync(Follow(second));
        StoredTrail.Ship(server.Admin);

        // The sign-ins are shown, the tails are not; of nothing new there is nothing to tell.
        Assert.All(seen, static line => Assert.NotEqual("audit.tail", (string?)line!["event"]));
        Assert.Equal(before + 2, Tails(server).Count());
        var third = await one.GetAsync(Follow(first));
        var fourth = await one.GetAsync((string)third.Json["follow"]!);
        Assert.Empty(fourth.Json["lines"]!.AsArray());
    }

    [Theory]
    [InlineData("/lines", 400)]
    [InlineData("/lines?cursor=bm90aGluZw", 400)]
    [InlineData("/lines?cursor=%3Cscript%3E", 400)]
    [InlineData("?patient=p-1", 400)]
    [InlineData("?to=2026-05-02", 400)]
    [InlineData("?id=0199a000-0000-7000-8000-000000000001", 400)]
    [InlineData("?decision=maybe", 400)]
    public async Task Tail_ThatCannotBeFollowed_IsRefusedAndOnNoRecord(string asked, int status)
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");

        Assert.Equal(status, (await browser.GetAsync(Path + asked)).Status);
        Assert.Empty(Tails(server));
    }

    [Fact]
    public async Task Tail_OfSomebodyWhoHasLeft_EndsWithTheSession()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");
        var follow = Follow(await browser.GetAsync(Path));
        for (var minute = 0; minute < 14; minute++)
        {
            server.Admin.Time.Now += TimeSpan.FromMinutes(1);
            var answer = await browser.GetAsync(follow);
            Assert.Equal(200, answer.Status);
            follow = (string)answer.Json["follow"]!;
        }

        server.Admin.Time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(303, (await browser.GetAsync(follow)).Status);
    }

    [Fact]
    public async Task Now_ThatAsksForItselfAgain_DoesNotKeepASessionAlive()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("viewer");
        var live = await browser.GetAsync("/console/now?live=1");
        var again = live.Headers["Refresh"].Split("url=", 2)[1];
        server.Admin.Time.Now += TimeSpan.FromMinutes(10);
        Assert.Equal(200, (await browser.GetAsync(again)).Status);
        server.Admin.Time.Now += TimeSpan.FromMinutes(5);
        Assert.Equal(303, (await browser.GetAsync(again)).Status);

        // A click does.
        await browser.SignInAsync("viewer");
        server.Admin.Time.Now += TimeSpan.FromMinutes(10);
        Assert.Equal(200, (await browser.GetAsync("/console/now?live=1")).Status);
        server.Admin.Time.Now += TimeSpan.FromMinutes(10);
        Assert.Equal(200, (await browser.GetAsync("/console/now")).Status);
    }

    [Fact]
    public async Task Tail_TooManyAtOnce_IsToldToWait()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");
        var follow = Follow(await browser.GetAsync(Path));
        var places = server.Admin.Services.GetRequiredService<TailPlaces>();
        const string Person = "auditor@hospital.example";
        var most = server.Admin.Services.GetRequiredService<ConsoleOptions>().TailsPerPerson;
        var taken = Enumerable.Range(0, most).Select(_ => places.Take(Person)!).ToList();
        var refused = await browser.GetAsync(follow);
        Assert.Equal(429, refused.Status);
        Assert.Equal("10", refused.Headers["Retry-After"]);
        Assert.NotNull(places.Take("somebody-else"));
        taken[0].Dispose();
        taken[0].Dispose();
        Assert.Equal(200, (await browser.GetAsync(follow)).Status);
        Assert.NotNull(places.Take(Person));
        Assert.Null(places.Take(Person));
    }

    private static IEnumerable<PhiGateway.Audit.Records.AuditRecord> Tails(ConsoleServer server) =>
        server.Admin.Journal.Records.Where(static record => record.Event == "audit.tail");

    private static string Follow(AdminAnswer page) =>
        Regex.Match(page.Text, "data-tail=\"([^\"]+)\"").Groups[1].Value.Replace("&amp;", "&");
}
