using System.Globalization;
using System.Net;
using PhiGateway.Audit.Records;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The first screen says of when its counts are; a live one is one look on record, however often it asks again.</summary>
public sealed class ConsoleNowTests
{
    private const string Live = "/console/now?live=1";
    private const string LiveAgain = "/console/now?live=1&again=1";
    private const string Again = "/console/now?again=1";

    [Fact]
    public async Task Counts_OfALivePage_AreOneLookASitting_HoweverOftenItAsksAgain()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");
        Assert.Equal(200, (await browser.GetAsync(Live)).Status);
        Assert.Equal(2, LooksOf(server).Count);
        Assert.All(LooksOf(server), static record => Assert.EndsWith("live=15m", record.Note, StringComparison.Ordinal));

        for (var poll = 0; poll < 10; poll++)
        {
            server.Admin.Time.Now += TimeSpan.FromSeconds(20);
            var counted = server.Admin.Trail.Looks;
            var page = await browser.GetAsync(LiveAgain);
            Assert.Equal(200, page.Status);
            Assert.True(server.Admin.Trail.Looks > counted, "it was not counted anew");
            Assert.Contains("that you counted the requests of this time", WebUtility.HtmlDecode(page.Text), StringComparison.Ordinal);
        }

        Assert.Equal(2, LooksOf(server).Count);

        // A click is a look of its own, and after a quarter of an hour so is what the page asks by itself.
        server.Admin.Time.Now += TimeSpan.FromSeconds(20);
        Assert.Equal(200, (await browser.GetAsync(Live)).Status);
        Assert.Equal(4, LooksOf(server).Count);
        server.Admin.Time.Now += TimeSpan.FromMinutes(10);
        Assert.Equal(200, (await browser.GetAsync("/console/clients")).Status);
        server.Admin.Time.Now += TimeSpan.FromMinutes(6);
        Assert.Equal(200, (await browser.GetAsync(LiveAgain)).Status);
        Assert.Equal(6, LooksOf(server).Count);
    }

    // The table holds the first of them; what the page says of all is of all.
    [Fact]
    public async Task Headline_OfMoreClientsThanAreShown_CountsThemAll()
    {
        await using var server = await ConsoleServer.StartAsync();
        for (var place = 1; place <= 11; place++)
        {
            ConsolePageTests.Add(server, $"client-{place}", place == 3 ? "permit" : "deny", place);
        }

        using var browser = await server.SignInAsync("auditor");
        var page = (await browser.GetAsync("/console/now")).Text;
        Assert.Contains("They touch 11 clients in 1 tenant", page, StringComparison.Ordinal);
        Assert.Contains("The first 8 of 11", page, StringComparison.Ordinal);

        // Of whom nobody knows there is no search by client: what they tried stands among the callers.
        Admin.StoredTrail.Add(server.Admin, [.. Enumerable.Range(0, 20).Select(_ => Stranger(server))]);
        server.Admin.Time.Now += TimeSpan.FromMinutes(1);
        page = (await browser.GetAsync("/console/now")).Text;
        Assert.Contains("They touch 11 clients in 1 tenant", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/console/callers\">20</a>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_OfAPageThatIsNotLive_AreALookWhateverItsAddressSays()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");
        Assert.Equal(200, (await browser.GetAsync("/console/now")).Status);
        Assert.Equal(2, LooksOf(server).Count);
        Assert.All(LooksOf(server), static record => Assert.DoesNotContain("live=", record.Note, StringComparison.Ordinal));

        server.Admin.Time.Now += TimeSpan.FromMinutes(6);
        Assert.Equal(200, (await browser.GetAsync(Again)).Status);
        Assert.Equal(4, LooksOf(server).Count);

        // Nor does one range's look cover another's.
        Assert.Equal(200, (await browser.GetAsync(Live)).Status);
        server.Admin.Time.Now += TimeSpan.FromSeconds(20);
        Assert.Equal(200, (await browser.GetAsync(LiveAgain)).Status);
        Assert.Equal(6, LooksOf(server).Count);
        Assert.Equal(200, (await browser.GetAsync(LiveAgain + "&range=7d")).Status);
        Assert.Equal(8, LooksOf(server).Count);
    }

    [Fact]
    public async Task Counts_OfBefore_AreShownWithTheirMoment_UntilThoseOfNowAreThere()
    {
        using var gate = new ManualResetEventSlim(initialState: true);
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        using var browser = await server.SignInAsync("auditor");
        var page = await browser.GetAsync("/console/now");
        while (page.Text.Contains("are being counted", StringComparison.Ordinal))
        {
            page = await browser.GetAsync(Again);
        }

        Assert.DoesNotContain("Refresh", page.Headers.Keys);
        Assert.DoesNotContain("id=\"counted\"", page.Text, StringComparison.Ordinal);

        var before = server.Admin.Time.Now;
        server.Admin.Time.Now += TimeSpan.FromMinutes(14);
        gate.Reset();
        server.Admin.Journal.Appended = record => Hold(record, gate);
        var old = await browser.GetAsync("/console/now");
        Assert.Contains("id=\"counted\"", old.Text, StringComparison.Ordinal);
        var moment = before.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        Assert.Matches($"id=\"counted\">\\s*calls as of\\s*<time datetime=\"{moment}\"", old.Text);
        Assert.StartsWith("2;", old.Headers["Refresh"], StringComparison.Ordinal);

        gate.Set();
        page = await browser.GetAsync(Again);
        while (page.Text.Contains("id=\"counted\"", StringComparison.Ordinal))
        {
            page = await browser.GetAsync(Again);
        }

        Assert.DoesNotContain("Refresh", page.Headers.Keys);
        Assert.Equal(4, LooksOf(server).Count);
    }

    // They were counted a moment ago, and not at this one: the page asks on until it has what its click began.
    [Fact]
    public async Task Counts_OfTwoMinutesBefore_AreNotTakenForThoseThatAreBeingMade()
    {
        using var gate = new ManualResetEventSlim(initialState: true);
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        using var browser = await server.SignInAsync("auditor");
        var page = await browser.GetAsync("/console/now");
        while (page.Text.Contains("are being counted", StringComparison.Ordinal))
        {
            page = await browser.GetAsync(Again);
        }

        server.Admin.Time.Now += TimeSpan.FromMinutes(2);
        gate.Reset();
        server.Admin.Journal.Appended = record => Hold(record, gate);
        page = await browser.GetAsync("/console/now");
        for (var poll = 0; poll < 3; poll++)
        {
            Assert.Contains("id=\"counted\"", page.Text, StringComparison.Ordinal);
            Assert.StartsWith("2;", page.Headers["Refresh"], StringComparison.Ordinal);
            page = await browser.GetAsync(Again);
        }

        gate.Set();
        while (page.Text.Contains("id=\"counted\"", StringComparison.Ordinal))
        {
            page = await browser.GetAsync(Again);
        }

        Assert.DoesNotContain("Refresh", page.Headers.Keys);
        Assert.Equal(4, LooksOf(server).Count);
    }

    // Counting begins with its record.
    private static void Hold(AuditRecord record, ManualResetEventSlim gate)
    {
        if (record.Event == "audit.count")
        {
            gate.Wait();
        }
    }

    private static List<AuditRecord> LooksOf(ConsoleServer server) =>
        [.. server.Admin.Journal.Records.Where(static record => record.Event == "audit.count")];

    private static AuditRecord Stranger(ConsoleServer server) =>
        new()
        {
            Id = Guid.NewGuid(),
            Kind = AuditKind.Decision,
            Event = "read",
            Time = server.Admin.Time.Now.AddMinutes(-30),
            Decision = "deny",
            Reason = "unknown-client",
            Tenant = "north",
        };
}
