using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>
/// What is gathered over the whole trail is gathered behind the page: nobody waits for it in a request, it is one look however often the page
/// asks, and a form that was refused is still told why.
/// </summary>
public sealed partial class ConsoleBehindTests
{
    private static readonly string Patient = "/console/patient/" + Uri.EscapeDataString("key(north,p-1)");

    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static TheoryData<string, string, string, string> Pages =>
        new()
        {
            // Page, whose, what stands there when it is made, and the look.
            { "/console/requests", AdminRoles.PrivacyOfficer, "Requests for an accounting", "audit.requests" },
            { "/console/offboardings", AdminRoles.Responder, "aria-label=\"Offboardings\"", "audit.offboarding" },
            { "/console/history/revert?at=2026-04-01", AdminRoles.Operator, "Back to the history", "config.export" },
            { "/console/clients/acme-connector/tokens", AdminRoles.Responder, "id=\"verdict\"", "audit.tokens" },
            { "/console/callers", AdminRoles.Auditor, "aria-label=\"Unknown callers\"", "audit.unknown-callers" },
            { "/console/history", AdminRoles.Operator, "aria-label=\"Changes\"", "config.history" },
            { Patient + "/accounting", AdminRoles.PrivacyOfficer, "id=\"told\"", "audit.accounting" },
            { Patient, AdminRoles.Auditor, "id=\"seen\"", "audit.count" },
        };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_OfTheWholeTrail_IsMadeBehindItAsOneLook(string path, string person, string made, string look)
    {
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        await Approvals.OpenAsync(server.Admin);
        ConsolePageTests.Add(server, "acme-connector", "permit");
        using var browser = await OpenAsync(server, person, path);
        server.Admin.Trail.BeforeQuery = _ => _gate.Task;
        var again = path + (path.Contains('?', StringComparison.Ordinal) ? "&again=1" : "?again=1");

        var page = await browser.GetAsync(path);
        for (var poll = 0; poll < 3; poll++)
        {
            Assert.Equal(200, page.Status);
            Assert.Equal("2; url=" + again, page.Headers["Refresh"]);
            Assert.DoesNotContain("On record:", page.Text, StringComparison.Ordinal);
            page = await browser.GetAsync(again);
        }

        _gate.SetResult();
        while (!page.Text.Contains(made, StringComparison.Ordinal))
        {
            page = await browser.GetAsync(again);
        }

        Assert.DoesNotContain("Refresh", page.Headers.Keys);
        Assert.Contains("On record:", page.Text, StringComparison.Ordinal);
        Assert.Single(server.Admin.Journal.Records, record => record.Event == look);
    }

    // What stands beside the counts is shown at once, and nothing reloads under whoever types a reason.
    [Theory]
    [InlineData("/console/clients/acme-connector", "id=\"use\"")]
    [InlineData("/console/clients/acme-connector/stop", "Calls allowed in 7 days</dt><dd>\\s*<a ")]
    [InlineData("/console/vendors", "<a [^>]*decision=permit[^>]*>1 allowed</a>")]
    [InlineData("/console/vendors/acme/stop", "<a [^>]*decision=permit[^>]*>\\s*1 allowed\\s*</a>")]
    public async Task Counts_BesideAPage_AreMadeBehindItAndFoundByItsLink(string path, string counted)
    {
        using var gate = new ManualResetEventSlim(initialState: false);
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        await Approvals.OpenAsync(server.Admin);
        server.Admin.Trail.Entries.Add(Permitted(server));
        using var browser = await server.SignInAsync("all");
        server.Admin.Journal.Appended = record => Hold(record, "audit.count", gate);

        var page = await browser.GetAsync(path);
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain("Refresh", page.Headers.Keys);
        Assert.DoesNotMatch(counted, page.Text);
        var later = WebUtility.HtmlDecode(Later().Match(page.Text).Groups["path"].Value);
        Assert.Contains("counted=1", later, StringComparison.Ordinal);
        Assert.Contains("id=\"counting\"", (await browser.GetAsync(later)).Text, StringComparison.Ordinal);

        gate.Set();
        while ((page = await browser.GetAsync(later)).Text.Contains("id=\"counting\"", StringComparison.Ordinal))
        {
            await Task.Yield();
        }

        Assert.Matches(counted, page.Text);
        Assert.Contains("On record:", page.Text, StringComparison.Ordinal);
        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.count");
    }

    // An organization and a client may have the same id: what stops with the one says nothing of the other.
    [Fact]
    public async Task Counts_OfAClientAndAnOrganizationOfOneId_AreEachTheirOwn()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("all");
        var json = JsonNode.Parse((await server.Admin.Store.FindAsync(RegistryKind.Client, "acme-connector", default))!.Json)!;
        json["id"] = "acme";
        await server.Admin.Store.WriteAsync([new RegistryWrite(RegistryKind.Client, "acme", json.ToJsonString(), 0)], "test", default);

        var client = await browser.GetAsync("/console/clients/acme/stop");
        Assert.True(client.Status == 200, client.Text);
        var vendor = await browser.GetAsync("/console/vendors/acme/stop?counted=1");
        Assert.True(vendor.Status == 200, vendor.Text);
        Assert.Equal(2, server.Admin.Journal.Records.Count(static record => record.Event == "audit.count"));
    }

    // Whoever clicks anew looks anew: the counts of before are shown as such until those of now are there.
    [Fact]
    public async Task Counts_OfAFurtherClick_AreALookOfTheirOwn()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("auditor");
        const string Client = "/console/clients/acme-connector";
        for (var looks = 1; looks <= 3; looks++)
        {
            var page = await browser.GetAsync(Client);
            Assert.DoesNotContain("id=\"counting\"", page.Text, StringComparison.Ordinal);
            Assert.Contains("that you counted this client", page.Text, StringComparison.Ordinal);
            Assert.Equal(looks, server.Admin.Journal.Records.Count(static record => record.Event == "audit.count"));
        }
    }

    [Fact]
    public async Task Access_WhoseExplanationTakesLong_IsShownAtOnceAndExplainedThen()
    {
        using var gate = new ManualResetEventSlim(initialState: false);
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        await Approvals.OpenAsync(server.Admin);
        ConsolePageTests.Add(server, "acme-connector", "deny");
        using var browser = await server.SignInAsync("auditor");
        server.Admin.Journal.Appended = record => Hold(record, "decision.explain", gate);
        var path = $"/console/access/{ConsolePageTests.Decision:D}";

        var page = await browser.GetAsync(path);
        Assert.Equal(200, page.Status);
        Assert.Contains("id=\"explaining\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("id=\"proof\"", page.Text, StringComparison.Ordinal);
        Assert.Equal($"2; url={path}?again=1", page.Headers["Refresh"]);

        // One look for one opening, and one reading: the page that asks again by itself says the same meanwhile.
        var queries = server.Admin.Trail.Queries;
        for (var poll = 0; poll < 3; poll++)
        {
            page = await browser.GetAsync(path + "?again=1");
            Assert.Contains("id=\"explaining\"", page.Text, StringComparison.Ordinal);
            Assert.Contains("id=\"proof\"", page.Text, StringComparison.Ordinal);
        }

        Assert.Equal(queries, server.Admin.Trail.Queries);
        gate.Set();
        while ((page = await browser.GetAsync(path + "?again=1")).Text.Contains("id=\"explaining\"", StringComparison.Ordinal))
        {
            await Task.Yield();
        }

        Assert.Contains("The questions of the decision", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Refresh", page.Headers.Keys);
        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "decision.explain");
        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.read");

        // The twin: a further click is a look of its own, and nothing of the one before is shown for it.
        await browser.GetAsync(path);
        Assert.Equal(2, server.Admin.Journal.Records.Count(static record => record.Event == "audit.read"));
    }

    [Fact]
    public async Task Posture_ThatIsBeingMade_IsOneLookHoweverOftenThePageAsksAgain()
    {
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("auditor");

        var page = await browser.GetAsync("/console/posture");
        while (page.Headers.ContainsKey("Refresh"))
        {
            page = await browser.GetAsync("/console/posture?again=1");
        }

        Assert.Contains("that you counted requests", page.Text, StringComparison.Ordinal);
        Assert.Single(server.Admin.Journal.Records, static record => record is { Event: "audit.count", Note: "posture" });

        // The twin: who looks again is on record again, though it is made for all.
        Assert.Equal(200, (await browser.GetAsync("/console/posture")).Status);
        Assert.Equal(2, server.Admin.Journal.Records.Count(static record => record is { Event: "audit.count", Note: "posture" }));
    }

    [Fact]
    public async Task Form_RefusedWhereThePageTakesLong_IsToldWhyMeanwhile()
    {
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        await Approvals.OpenAsync(server.Admin);
        ConsolePageTests.Add(server, "acme-connector", "permit");
        using var browser = await OpenAsync(server, AdminRoles.PrivacyOfficer, Patient);
        var form = await browser.GetAsync("/console/now");
        server.Admin.Trail.BeforeQuery = _ => _gate.Task;

        var refused = await browser.PostAsync(
            Patient + "/accounting/ask",
            [("_token", ConsoleBrowser.TokenOf(form)), ("received", "soon")]
        );
        Assert.Equal(422, refused.Status);
        Assert.Contains("role=\"alert\"", refused.Text, StringComparison.Ordinal);
        Assert.Contains("is a day such as", refused.Text, StringComparison.Ordinal);
        Assert.StartsWith("20; url=" + Patient + "/accounting", refused.Headers["Refresh"], StringComparison.Ordinal);
        _gate.SetResult();
    }

    [Fact]
    public async Task Notice_OfWhatWasDone_IsSaidOnThePageThatStays()
    {
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        await Approvals.OpenAsync(server.Admin);
        using var browser = await OpenAsync(server, AdminRoles.PrivacyOfficer, Patient);
        var form = await browser.GetAsync("/console/now");
        (string, string)[] asked = [("_token", ConsoleBrowser.TokenOf(form)), ("received", "2026-04-30")];
        Assert.Equal(303, (await browser.PostAsync(Patient + "/accounting/ask", asked)).Status);
        server.Admin.Trail.BeforeQuery = _ => _gate.Task;

        const string Said = "It is on record, and stands here";
        var page = await browser.GetAsync(Patient + "/accounting");
        Assert.DoesNotContain(Said, page.Text, StringComparison.Ordinal);
        _gate.SetResult();
        while (!page.Text.Contains("id=\"told\"", StringComparison.Ordinal))
        {
            page = await browser.GetAsync(Patient + "/accounting?again=1");
        }

        Assert.Contains(Said, page.Text, StringComparison.Ordinal);
    }

    private static async Task<ConsoleBrowser> OpenAsync(ConsoleServer server, string person, string path)
    {
        var browser = await server.SignInAsync(person);
        if (path.StartsWith(Patient, StringComparison.Ordinal))
        {
            (string, string)[] form = [("tenant", "north"), ("patient", "p-1"), ("why", "complaint 26-114")];
            Assert.Equal(303, (await browser.SubmitAsync("/console/patient", "/console/patient", form)).Status);
        }

        return browser;
    }

    // What is counted or explained begins with its record.
    private static void Hold(AuditRecord record, string @event, ManualResetEventSlim gate)
    {
        if (record.Event == @event)
        {
            gate.Wait();
        }
    }

    private static AuditEntry Permitted(ConsoleServer server)
    {
        var record = TestRecords.Disclosure();
        (record.Client, record.Time) = ("acme-connector", server.Admin.Time.Now.AddHours(-2));
        return StoredTrail.EntryOf(record, 0) with { Organization = "acme", ResourceType = "Observation", Interaction = "read" };
    }

    [GeneratedRegex("href=\"(?<path>[^\"]*counted=1[^\"]*)\"")]
    private static partial Regex Later();
}
