using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The search asks the whole trail by every filter there is, and whatever stands in its address goes along to every neighbour.</summary>
public sealed partial class ConsoleSearchTests
{
    private const string Path = "/console/audit";
    private const string Old = "from=2020-01-01&";

    public static TheoryData<string, string> Filters =>
        new()
        {
            { "client", "acme" },
            { "tenant", "north" },
            { "decision", "permit" },
            { "kind", "disclosure" },
            { "actor", "rosa" },
            { "organization", "acme-inc" },
            { "use_case", "lab-results" },
            { "type", "Observation" },
            { "interaction", "read" },
            { "purpose", "TREAT" },
            { "to", "2030-01-01" },
        };

    [Fact]
    public async Task Search_OfWhatTakesLongToCount_IsShownAtOnceAndItsCountsAreFoundAgain()
    {
        var slow = new SlowReports();
        await using var server = await ConsoleServer.StartAsync(
            more: services => services.AddSingleton<IAuditReports>(slow),
            patience: TimeSpan.Zero
        );
        Fill(server, 60);
        slow.Inner = new FakeAuditReports(server.Admin.Trail);
        using var browser = await server.SignInAsync("auditor");

        var page = await browser.GetAsync($"{Path}?{Old}client=acme");
        Assert.Equal(200, page.Status);
        Assert.Contains("id=\"counting\"", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("in the whole result", page.Text, StringComparison.Ordinal);
        var later = Links(page)
            .Single(static link =>
                link.Contains("client=acme", StringComparison.Ordinal)
                && !link.Contains("cursor", StringComparison.Ordinal)
                && link.StartsWith(Path + "?", StringComparison.Ordinal)
            );
        slow.Go.SetResult();
        while ((page = await browser.GetAsync(later)).Text.Contains("id=\"counting\"", StringComparison.Ordinal))
        {
            await Task.Yield();
        }

        Assert.Contains("60 in the whole result", page.Text, StringComparison.Ordinal);
        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.count");
    }

    [Theory]
    [InlineData("client=nobody-knows")]
    [InlineData("client=acme&cursor=of-another-list")]
    public async Task Counts_OfASearchThatIsRefused_AreNotTaken(string asked)
    {
        await using var server = await ConsoleServer.StartAsync();
        Fill(server, 3);
        using var browser = await server.SignInAsync("auditor");

        Assert.Equal(400, (await browser.GetAsync($"{Path}?{Old}{asked}")).Status);
        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.search");
        Assert.DoesNotContain(server.Admin.Journal.Records, static record => record.Event == "audit.count");

        // The twin: what is answered is counted, too.
        Assert.Contains("3 in the whole result", (await browser.GetAsync($"{Path}?{Old}client=acme")).Text, StringComparison.Ordinal);
        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.count");
    }

    [Theory]
    [InlineData("client=acme")]
    [InlineData("client=acme&from=2026-04-01")]
    public async Task Counts_OfASearch_AreTakenOnceForAllItsPagesAndSayWhen(string asked)
    {
        await using var server = await ConsoleServer.StartAsync();
        Fill(server, 120);
        using var browser = await server.SignInAsync("auditor");
        var page = await browser.GetAsync($"{Path}?{asked}");
        var counted = Counted().Match(page.Text).Groups["at"].Value;
        Assert.Equal(server.Admin.Time.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null), counted);
        for (var older = 0; older < 2; older++)
        {
            server.Admin.Time.Now += TimeSpan.FromMinutes(3);
            page = await browser.GetAsync(Links(page).Single(static link => link.Contains("cursor=", StringComparison.Ordinal)));
            Assert.Contains("120 in the whole result", page.Text, StringComparison.Ordinal);
            Assert.Equal(counted, Counted().Match(page.Text).Groups["at"].Value);
        }

        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.count");
        Assert.Equal(3, server.Admin.Journal.Records.Count(static record => record.Event == "audit.search"));

        // A search of its own is counted anew, and so is anybody else's.
        Fill(server, 1);
        page = await browser.GetAsync($"{Path}?{asked}");
        Assert.Contains("121 in the whole result", page.Text, StringComparison.Ordinal);
        using var other = await server.SignInAsync("all");
        await other.GetAsync(Links(page).Single(static link => link.Contains("cursor=", StringComparison.Ordinal)));
        Assert.Equal(3, server.Admin.Journal.Records.Count(static record => record.Event == "audit.count"));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Filter_InTheAddress_GoesAlongToEveryNeighbour(string name, string value)
    {
        await using var server = await ConsoleServer.StartAsync();
        Fill(server, 60);
        using var browser = await server.SignInAsync("auditor");
        var asked = $"{name}={value}";

        var page = await browser.GetAsync($"{Path}?{Old}{asked}");
        Assert.Equal(200, page.Status);
        Assert.Contains("60 in the whole result", page.Text, StringComparison.Ordinal);
        var links = Links(page)
            .Where(static link =>
                link.StartsWith(Path + "?", StringComparison.Ordinal) || link.StartsWith(Path + "/", StringComparison.Ordinal)
            )
            .ToList();
        foreach (var part in (string[])["cursor=", "format=csv", "format=ndjson", Path + "/tail", "reason=", "use_case="])
        {
            // A tail has no end.
            var found = links.Where(link => link.Contains(part, StringComparison.Ordinal)).ToList();
            Assert.True(found.Count > 0 || part is "reason=" || (part == "use_case=" && name == "use_case"), $"{part}: none");
            Assert.All(
                found.Where(link => name != "to" || !link.Contains("/tail", StringComparison.Ordinal)),
                link => Assert.Contains(asked, link, StringComparison.Ordinal)
            );
        }

        // The neighbour is of the same result.
        var next = links.Single(static link => link.Contains("cursor=", StringComparison.Ordinal));
        Assert.Contains("10 records on this page", (await browser.GetAsync(next)).Text, StringComparison.Ordinal);
        var file = await browser.GetAsync(links.Single(static link => link.Contains("format=ndjson", StringComparison.Ordinal)));
        Assert.Equal(60, file.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        if (name != "to")
        {
            Assert.Equal(
                200,
                (await browser.GetAsync(links.Single(static link => link.Contains("/tail", StringComparison.Ordinal)))).Status
            );
        }
    }

    [Fact]
    public async Task Form_OfTheSearch_HasEveryFilterOfTheApiButThePatient()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");
        var page = await browser.GetAsync(Path);
        var filters = (await server.Admin.ReadDocumentAsync()).Json["paths"]!["/admin/v1/audit"]!["get"]!["parameters"]!
            .AsArray()
            .Where(static parameter => (string)parameter!["in"]! == "query")
            .Select(static parameter => (string)parameter!["name"]!)
            .Except(["limit", "cursor", "withheld"])
            .ToList();

        Assert.True(filters.Count >= 14, string.Join(' ', filters));
        Assert.All(filters, name => Assert.Matches($"<(input|select) id=\"{name}\" name=\"{name}\"", page.Text));
    }

    // What somebody did is found among whatever was asked for, followed, and exported; it is not counted.
    [Fact]
    public async Task Search_ByTheNameOfAnEvent_ShowsThatAloneAndFollowsIt()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        Fill(server, 60);
        Admin.StoredTrail.Ship(server.Admin);
        using var browser = await server.SignInAsync("auditor");

        var page = await browser.GetAsync($"{Path}?{Old}event=client.*");
        Assert.Equal(200, page.Status);
        Assert.Matches("<input id=\"event\"[^>]* value=\"client.\\*\"", page.Text);
        Assert.Contains("client/acme-connector", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/console/clients/acme\"", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("in the whole result", page.Text, StringComparison.Ordinal);
        var links = Links(page).ToList();
        Assert.Contains(links, static link => link.Contains("/export", StringComparison.Ordinal) && IsOfEvent(link));
        var tail = await browser.GetAsync(links.Single(static link => link.Contains("/tail", StringComparison.Ordinal) && IsOfEvent(link)));
        Assert.Equal(200, tail.Status);
        Fill(server, 2);
        Assert.Equal(200, (await server.Admin.PostAsync("/admin/v1/clients/acme-connector:attest", "{}")).Status);
        Admin.StoredTrail.Ship(server.Admin);
        var lines = await browser.GetAsync(WebUtility.HtmlDecode(Tail().Match(tail.Text).Groups["path"].Value));
        Assert.NotEmpty(lines.Json["lines"]!.AsArray());
        Assert.All(lines.Json["lines"]!.AsArray(), static line => Assert.Equal("client.attest", (string)line!["event"]!));

        var wrong = await browser.GetAsync($"{Path}?event=Client%20approve");
        Assert.Equal(400, wrong.Status);
        Assert.Contains("the name of an event is expected", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"Client approve\"", wrong.Text, StringComparison.Ordinal);
    }

    private static bool IsOfEvent(string link) => link.Contains("event=client.%2A", StringComparison.Ordinal);

    [Fact]
    public async Task Tail_ByWhatStandsInTheRecordOnly_ShowsThoseAlone()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");
        var page = await browser.GetAsync(Path + "/tail?organization=acme-inc&purpose=TREAT&use_case=lab-results");
        Assert.Equal(200, page.Status);
        Fill(server, 2);
        Fill(server, 3, organization: "other");
        var follow = Tail().Match(page.Text).Groups["path"].Value;
        var lines = await browser.GetAsync(WebUtility.HtmlDecode(follow));
        Assert.Equal(2, lines.Json["lines"]!.AsArray().Count);
    }

    [Fact]
    public async Task Patient_OfMoreThanAPage_IsCountedOverAllRecords()
    {
        await using var server = await ConsoleServer.StartAsync();
        ConsolePageTests.Add(server, "oldest", "permit");
        for (var i = 1; i <= 203; i++)
        {
            ConsolePageTests.Add(server, "acme", i <= 201 ? "permit" : "deny", i);
        }

        using var browser = await server.SignInAsync("auditor");
        var opened = await browser.SubmitAsync(
            "/console/patient",
            "/console/patient",
            ("tenant", "north"),
            ("patient", "p-1"),
            ("why", "complaint 26-114")
        );
        var path = opened.Headers["Location"];
        var page = await browser.GetAsync(path);
        Assert.Contains("2 clients saw this patient", page.Text, StringComparison.Ordinal);
        Assert.Contains("202 disclosures must be accounted for", page.Text, StringComparison.Ordinal);
        Assert.Contains("all of the 204 records", page.Text, StringComparison.Ordinal);
        Assert.Contains(">201</a>", page.Text, StringComparison.Ordinal);
        var older = await browser.GetAsync(Links(page).Single(static link => link.Contains("cursor=", StringComparison.Ordinal)));
        Assert.Contains("2 clients saw this patient", older.Text, StringComparison.Ordinal);
        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.count");

        // A count leads to its records, and no patient stands in the address.
        var refused = await browser.GetAsync(
            Links(page).Single(static link => link.Contains("client=acme&decision=deny", StringComparison.Ordinal))
        );
        Assert.Contains("id=\"only\"", refused.Text, StringComparison.Ordinal);
        Assert.Equal(2, Badges().Count(refused.Text));
        Assert.DoesNotContain(
            Links(page),
            static link => link.Contains("p-1", StringComparison.Ordinal) && !link.Contains("key", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(9_999_999_999, int.MaxValue)]
    [InlineData(-1, 0)]
    [InlineData(403, 403)]
    public void Line_OfANumberThatNoRecordHas_IsALineLikeAnyOther(long status, int shown)
    {
        var record = new JsonObject { ["id"] = ConsolePageTests.Decision.ToString("D"), ["status"] = status };
        Assert.Equal(shown, TrailLine.Of(new JsonObject { ["record"] = record })!.Status);
    }

    private static IEnumerable<string> Links(AdminAnswer page) =>
        Hrefs().Matches(page.Text).Select(static match => WebUtility.HtmlDecode(match.Groups["path"].Value));

    private static void Fill(ConsoleServer server, int count, string organization = "acme-inc")
    {
        for (var i = 0; i < count; i++)
        {
            var id = Guid.CreateVersion7(server.Admin.Time.Now);
            var place = server.Admin.Trail.Entries.Count + 1;
            var json = JsonSerializer.Serialize(
                new
                {
                    v = 1,
                    id = id.ToString("D"),
                    kind = "disclosure",
                    @event = "read",
                    time = "2026-05-01T11:00:00Z",
                    decision = "permit",
                    tenant = "north",
                    client = "acme",
                    actor = "rosa",
                    organization,
                    useCase = "lab-results",
                    purpose = "TREAT",
                    interaction = "read",
                    resourceType = "Observation",
                }
            );
            server.Admin.Trail.Entries.Add(
                new AuditEntry
                {
                    Log = "log",
                    Sequence = place,
                    Id = id,
                    ParentId = Guid.Empty,
                    Kind = AuditKind.Disclosure,
                    Event = "read",
                    Time = server.Admin.Time.Now.AddHours(-1),
                    Decision = "permit",
                    Client = "acme",
                    Tenant = "north",
                    Actor = "rosa",
                    Organization = organization,
                    UseCase = "lab-results",
                    Purpose = "TREAT",
                    Interaction = "read",
                    ResourceType = "Observation",
                    ChainHash = new byte[32],
                    Body = Encoding.UTF8.GetBytes(json),
                }
            );
        }
    }

    [GeneratedRegex("href=\"(?<path>[^\"]+)\"")]
    private static partial Regex Hrefs();

    [GeneratedRegex("counted <time datetime=\"(?<at>[^\"]+)\"")]
    private static partial Regex Counted();

    [GeneratedRegex("data-tail=\"(?<path>[^\"]+)\"")]
    private static partial Regex Tail();

    [GeneratedRegex("class=\"badge deny\"")]
    private static partial Regex Badges();

    private sealed class SlowReports : IAuditReports
    {
        public IAuditReports Inner { get; set; } = null!;

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<IReadOnlyList<AuditTally>> TallyAsync(AuditQuery query, CancellationToken cancellationToken)
        {
            await Go.Task.WaitAsync(cancellationToken);
            return await Inner.TallyAsync(query, cancellationToken);
        }

        public Task<bool> KnowsAsync(AuditFacet facet, string value, CancellationToken cancellationToken) =>
            Inner.KnowsAsync(facet, value, cancellationToken);

        public Task<IReadOnlyList<string>> ListTenantsAsync(int most, CancellationToken cancellationToken) =>
            Inner.ListTenantsAsync(most, cancellationToken);

        public Task<IReadOnlyList<AuditLogMark>> ListMarksAsync(CancellationToken cancellationToken) =>
            Inner.ListMarksAsync(cancellationToken);
    }
}
