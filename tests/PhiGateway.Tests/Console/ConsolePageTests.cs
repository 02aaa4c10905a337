using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What pages show: hostile names harmless, patients only for a reason, steps in two persons' hands, and each page's questions.</summary>
public sealed class ConsolePageTests
{
    internal const string Hostile = "</td><script>alert(1)</script>\u202egpj.\u200b\"'&" + "Ａcme";

    private static readonly string Endless = new('W', 4000);

    internal static readonly Guid Decision = Guid.Parse("0199a000-0000-7000-8000-000000000001");

    // Whatever has a heading of the first rank is a page, wherever it stands and whatever it is called.
    public static TheoryData<string> Pages =>
        new(
            RepositoryPaths
                .Files(RepositoryPaths.Of("src", "PhiGateway.Console"), "*.razor")
                .Where(static file => File.ReadAllText(file).Contains("<h1", StringComparison.Ordinal))
                .Select(static file => Path.GetRelativePath(RepositoryPaths.Root, file).Replace('\\', '/'))
        );

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_Source_BeginsWithItsThreeQuestions(string file) =>
        Assert.Matches(@"^\uFEFF?@\* 1\. .+\? 2\. .+\? 3\. .+\? \*@", File.ReadAllText(RepositoryPaths.Of(file.Split('/'))));

    [Fact]
    public async Task Names_Hostile_AreTextOnEveryPage()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        // The registry refuses such names today; what an older one took is still there.
        await SpoilAsync(server, RegistryKind.Organization, "acme", "name");
        await SpoilAsync(server, RegistryKind.Client, "acme-connector", "description");
        await SpoilAsync(server, RegistryKind.Client, "acme-connector", "owner");
        await SpoilAsync(server, RegistryKind.UseCase, "lab-results", "title");
        await server.Admin.PostAsync("/admin/v1/clients/acme-connector:submit", "{}");
        Add(server, Hostile, "deny");
        await StartReviewAsync(server);
        await SpoilAsync(server, RegistryKind.Campaign, "q2", "title");
        await SpoilAsync(server, RegistryKind.CampaignItem, "q2.acme-connector", "reason");
        await SpoilAsync(server, RegistryKind.CampaignItem, "q2.acme-connector", "because");
        using var browser = await server.SignInAsync("all");
        foreach (
            var path in (string[])
                [
                    "/console/now",
                    "/console/audit",
                    $"/console/audit?client={Uri.EscapeDataString(Hostile)}",
                    $"/console/access/{Decision:D}",
                    "/console/clients",
                    $"/console/clients?q={Uri.EscapeDataString(Hostile)}",
                    "/console/clients/acme-connector",
                    "/console/clients/acme-connector/stop",
                    "/console/approvals",
                    "/console/approvals/acme-connector",
                    "/console/alerts",
                    "/console/reviews",
                    "/console/reviews/q2",
                    $"/console/reviews?q={Uri.EscapeDataString(Hostile)}",
                    $"/console/cases?q={Uri.EscapeDataString(Hostile)}",
                    $"/console/approvals?q={Uri.EscapeDataString(Hostile)}",
                    "/console/strangers",
                    $"/console/strangers?signer={Uri.EscapeDataString(Hostile)}",
                    $"/console/strangers/{Uri.EscapeDataString(Hostile)}",
                    "/console/callers",
                    "/console/audit/tail",
                    "/console/break-glass",
                    "/console/cases",
                    "/console/clients/acme-connector/narrower",
                    "/console/find",
                    "/console/stop?target=organization&value=acme",
                    $"/console/stop?target=tenant&value={Uri.EscapeDataString(Hostile)}",
                    "/console/revocations",
                    "/console/offboardings",
                    $"/console/alerts?kind={Uri.EscapeDataString(Hostile)}",
                    $"/console/alerts/{Uri.EscapeDataString(Hostile)}",
                    "/console/trust",
                    "/console/lab",
                    "/console/posture",
                    "/console/settings",
                    "/console/vendors",
                    "/console/vendors/acme/stop",
                    $"/console/{Uri.EscapeDataString(Hostile)}",
                ]
        )
        {
            IsHarmless(await browser.GetAsync(path));
        }

        foreach (var text in (string[])[Hostile, "acme"])
        {
            IsHarmless(await browser.SubmitAsync("/console/now", "/console/find", ("q", text)));
        }
    }

    private static void IsHarmless(AdminAnswer page)
    {
        Assert.NotEqual(500, page.Status);
        Assert.DoesNotContain("<script>alert", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("</td><script", page.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Reference_OfTheApi_DescribesWhatTheApiDescribes()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("viewer");

        var described = (await browser.GetAsync("/console/api/openapi.json")).Json;
        var published = (await server.Admin.ReadDocumentAsync()).Json;
        Assert.Equal(published["paths"]!.ToJsonString(), described["paths"]!.ToJsonString());
        Assert.Equal(published["tags"]!.ToJsonString(), described["tags"]!.ToJsonString());
        Assert.All(described["tags"]!.AsArray(), static tag => Assert.False(string.IsNullOrWhiteSpace((string?)tag!["description"])));
        Assert.Contains("SwaggerUIBundle", (await browser.GetAsync("/console/api/swagger-ui-bundle.js")).Text);
        Assert.StartsWith("text/css", (await browser.GetAsync("/console/api/swagger-ui.css")).ContentType, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", (await browser.GetAsync("/console/api")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patient_WithoutAReason_IsNotOpened_AndWithOneStandsInNoAddress()
    {
        await using var server = await ConsoleServer.StartAsync();
        Add(server, "acme", "permit");
        using var browser = await server.SignInAsync("auditor");
        (string, string)[] named = [("tenant", "north"), ("patient", "p-1")];

        var refused = await browser.SubmitAsync("/console/patient", "/console/patient", [.. named, ("why", "?")]);
        Assert.Equal(422, refused.Status);
        Assert.Contains("value=\"p-1\"", refused.Text, StringComparison.Ordinal);
        Assert.Equal(422, (await browser.GetAsync("/console/patient/" + Uri.EscapeDataString("key(north,p-1)"))).Status);

        var opened = await browser.SubmitAsync("/console/patient", "/console/patient", [.. named, ("why", "complaint 26-114")]);
        Assert.Equal(303, opened.Status);
        var page = await browser.GetAsync(opened.Headers["Location"]);
        Assert.Equal(200, page.Status);
        Assert.Contains("1 client saw this patient", page.Text);
        Assert.Contains("complaint 26-114", page.Text);
        var look = server.Admin.Journal.Records[^1];
        Assert.Equal(("audit.search", "auditor@hospital.example"), (look.Event, look.Actor));
        Assert.Equal(["p-1"], look.Patients);
        Assert.Contains("why=complaint 26-114", look.Note);

        // A colleague gives a reason of their own.
        using var colleague = await server.SignInAsync("second");
        Assert.Equal(422, (await colleague.GetAsync(opened.Headers["Location"])).Status);
    }

    [Fact]
    public async Task Stop_AfterItsPreview_ClosesThePath_AndAStaleFormDoesNot()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("responder");
        const string Path = "/console/clients/acme-connector/stop";
        var preview = await browser.GetAsync(Path);
        Assert.Contains("stops altogether", preview.Text);
        var token = ConsoleBrowser.TokenOf(preview);
        var version = System.Text.RegularExpressions.Regex.Match(preview.Text, "name=\"version\" value=\"(\\d+)\"").Groups[1].Value;

        var wordless = await browser.PostAsync(Path, [("_token", token), ("version", version), ("step", "suspend")]);
        Assert.Equal(422, wordless.Status);
        Assert.Contains("Say why", wordless.Text);
        var stale = await browser.PostAsync(Path, [("_token", token), ("version", "1"), ("step", "suspend"), ("reason", "odd calls")]);
        Assert.Equal(412, stale.Status);
        Assert.Contains("odd calls", stale.Text);
        var done = await browser.PostAsync(Path, [("_token", token), ("version", version), ("step", "suspend"), ("reason", "odd calls")]);
        Assert.Equal(303, done.Status);
        var client = await browser.GetAsync(done.Headers["Location"]);
        Assert.Contains("acme-connector is stopped (suspend)", client.Text);
        Assert.Equal("suspended", (string)(await server.Admin.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!);
    }

    [Fact]
    public async Task Approve_ByWhoeverAsked_IsRefused_AndByAnotherTaken()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        server.Admin.Time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(
            200,
            (
                await server.Admin.PatchAsync(
                    "/admin/v1/clients/acme-connector",
                    """{"description":"anew","networks":["203.0.113.0/25"]}"""
                )
            ).Status
        );
        using var browser = await server.SignInAsync("approver");
        const string Path = "/console/approvals/acme-connector";
        var brief = await browser.GetAsync(Path);
        Assert.Contains("You are about to let client acme-connector", brief.Text);
        Assert.Contains("olga@hospital.example", brief.Text);
        var token = ConsoleBrowser.TokenOf(brief);
        var fingerprint = System
            .Text.RegularExpressions.Regex.Match(brief.Text, "name=\"fingerprint\" value=\"([0-9a-f]+)\"")
            .Groups[1]
            .Value;

        Assert.Equal(412, (await browser.PostAsync(Path, [("_token", token), ("fingerprint", "00"), ("reason", "looked at")])).Status);
        var day = await browser.PostAsync(
            Path,
            [("_token", token), ("fingerprint", fingerprint), ("reason", "looked at"), ("until", "next year")]
        );
        Assert.Equal(422, day.Status);
        Assert.Contains("next year", day.Text);
        Assert.Equal(
            303,
            (await browser.PostAsync(Path, [("_token", token), ("fingerprint", fingerprint), ("reason", "looked at")])).Status
        );
        Assert.Contains("Nothing waits", (await browser.GetAsync("/console/approvals")).Text);
    }

    [Fact]
    public async Task Export_WholeResult_HasEveryRecordAndNoFormula()
    {
        await using var server = await ConsoleServer.StartAsync();
        for (var i = 0; i < 1203; i++)
        {
            Add(server, "=cmd()", "deny", i);
        }

        using var browser = await server.SignInAsync("auditor");
        var csv = await browser.GetAsync("/console/audit/export?format=csv&decision=deny&from=2026-04-01");
        Assert.Equal(1204, csv.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(",=cmd()", csv.Text, StringComparison.Ordinal);
        Assert.Contains(",'=cmd()", csv.Text, StringComparison.Ordinal);
        var lines = await browser.GetAsync("/console/audit/export?format=ndjson&decision=deny&from=2026-04-01");
        Assert.Equal(1203, lines.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(2, server.Admin.Journal.Records.Count(static record => record.Event == "audit.export"));
        Assert.Equal(400, (await browser.GetAsync("/console/audit/export?format=xml")).Status);
    }

    [Fact]
    public async Task Alert_TakenAndClosed_KeepsNamesAndReasons()
    {
        await using var server = await ConsoleServer.StartAsync();
        var alert = new Alert
        {
            Id = "odd-1",
            Kind = "refusals-rise",
            Subject = "client/acme-connector",
            At = server.Admin.Time.Now,
            Evidence = Hostile,
            Severity = AlertSeverity.Urgent,
        };
        await server.Admin.Store.WriteAsync(
            [new RegistryWrite(RegistryKind.Alert, alert.Id, RegistryJson.Serialize(alert), 0)],
            "gateway",
            default
        );
        using var browser = await server.SignInAsync("all");
        Assert.Contains("1 alert needs somebody to act", (await browser.GetAsync("/console/now")).Text);
        Assert.Equal(303, (await browser.SubmitAsync("/console/alerts", "/console/alerts/odd-1/take", ("version", "1"))).Status);
        var wordless = await browser.SubmitAsync("/console/alerts", "/console/alerts/odd-1/close", ("version", "2"));
        Assert.Equal(422, wordless.Status);
        Assert.Equal(
            303,
            (
                await browser.SubmitAsync("/console/alerts", "/console/alerts/odd-1/close", ("version", "2"), ("reason", "a test of ours"))
            ).Status
        );
        var closed = await browser.GetAsync("/console/alerts?state=closed");
        Assert.Contains("a test of ours", closed.Text);
        Assert.Contains("all@hospital.example", closed.Text);
    }

    internal static async Task StartReviewAsync(ConsoleServer server)
    {
        // Only who can call is reviewed.
        var item = (await server.Admin.Store.FindAsync(RegistryKind.Client, "acme-connector", default))!;
        var json = System.Text.Json.Nodes.JsonNode.Parse(item.Json)!;
        json["status"] = "active";
        await server.Admin.Store.WriteAsync([new RegistryWrite(item.Kind, item.Id, json.ToJsonString(), item.Version)], "test", default);
        var started = await server.Admin.PostAsync(
            "/admin/v1/campaigns:start",
            """{"id":"q2","title":"Second quarter","due":"2026-05-15","reviewers":["all@hospital.example"]}"""
        );
        Assert.True(started.Status == 201, started.Text);
    }

    private static async Task SpoilAsync(ConsoleServer server, RegistryKind kind, string id, string member)
    {
        var item = (await server.Admin.Store.FindAsync(kind, id, default))!;
        var json = System.Text.Json.Nodes.JsonNode.Parse(item.Json)!;
        json[member] = Hostile + Endless;
        await server.Admin.Store.WriteAsync([new RegistryWrite(kind, id, json.ToJsonString(), item.Version)], "test", default);
    }

    internal static void Add(ConsoleServer server, string client, string decision, int place = 0)
    {
        var id = place == 0 ? Decision : Guid.CreateVersion7(server.Admin.Time.Now);
        var json = System.Text.Json.JsonSerializer.Serialize(
            new
            {
                v = 1,
                id = id.ToString("D"),
                kind = decision == "deny" ? "decision" : "disclosure",
                @event = "read",
                time = "2026-05-01T11:00:00Z",
                decision,
                reason = decision == "deny" ? "outside-use-case" : null,
                tenant = "north",
                client,
                template = Hostile,
                note = Hostile,
                patients = new[] { "p-1" },
            }
        );
        server.Admin.Trail.Entries.Add(
            new AuditEntry
            {
                Log = "log",
                Sequence = place,
                Id = id,
                ParentId = Guid.Empty,
                Kind = decision == "deny" ? AuditKind.Decision : AuditKind.Disclosure,
                Event = "read",
                Time = server.Admin.Time.Now.AddHours(-1),
                Decision = decision,
                Reason = decision == "deny" ? "outside-use-case" : null,
                Client = client,
                Organization = client == "acme-connector" ? "acme" : null,
                Tenant = "north",
                PatientKeys = ["key(north,p-1)"],
                ChainHash = new byte[32],
                Body = Encoding.UTF8.GetBytes(json),
            }
        );
    }
}
