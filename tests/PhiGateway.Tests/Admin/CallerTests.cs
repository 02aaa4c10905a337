using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Watch;
using PhiGateway.Watch.Usage;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What clients used of what they may, and callers that nobody registered with what they tried.</summary>
public sealed class CallerTests
{
    private const string Usage = "/admin/v1/clients/acme-connector/usage";
    private const string Unknown = "/admin/v1/callers/unknown";

    [Fact]
    public async Task Usage_OfAClient_SaysWhatItUsedAndWhenLast()
    {
        var at = new DateTimeOffset(2026, 4, 30, 9, 0, 0, TimeSpan.Zero);
        var rows = new[]
        {
            new UsageRow("read Observation", "TREAT", "north", at.AddDays(-9), at.AddDays(-8), 3),
            new UsageRow("search-type Observation", "TREAT", "north", at.AddDays(-9), at, 41, 12, true),
        };
        await using var server = await AdminServer.StartAsync(services: services =>
            services.AddSingleton<IUsageSource>(new FixedUsage("acme-connector", rows))
        );
        await Sample.WriteAsync(server);
        var report = await server.GetAsync(Usage, "olga");

        Assert.True(report.Status == 200, report.Text);
        Assert.Equal(("acme-connector", at), ((string)report.Json["client"]!, (DateTimeOffset)report.Json["last_used"]!));
        var uses = report.Json["uses"]!.AsArray();
        Assert.Equal(
            [("read Observation", 3L, 0L, "exact"), ("search-type Observation", 41L, 12L, "about")],
            uses.Select(static use =>
                ((string)use!["operation"]!, (long)use["count"]!, (long)use["patients"]!, (string)use["patients_are"]!)
            )
        );
        Assert.Equal(404, (await server.GetAsync("/admin/v1/clients/nobody/usage", "olga")).Status);

        // Whoever only reads the registry learns no counts, here as on the client's page.
        Assert.Equal(403, (await server.GetAsync(Usage, "vera")).Status);
    }

    [Fact]
    public async Task Usage_OfAClientThatNeverCalled_IsEmpty_AndOfANodeThatDoesNotWatchIsSaid()
    {
        await using var watching = await AdminServer.StartAsync(services: static services =>
            services.AddSingleton<IUsageSource>(new FixedUsage("other", []))
        );
        await Sample.WriteAsync(watching);
        var report = (await watching.GetAsync(Usage, "olga")).Json;
        Assert.Null(report["last_used"]);
        Assert.Empty(report["uses"]!.AsArray());

        await using var blind = await AdminServer.StartAsync();
        await Sample.WriteAsync(blind);
        Assert.Equal("not-watched", (await blind.GetAsync(Usage, "olga")).Code);
    }

    [Fact]
    public async Task Unknown_Callers_AreListedByWhoTheySayTheyAre()
    {
        await using var server = await AdminServer.StartAsync();
        Add(server, "hospital-idp", "old-script", "GET /Patient", "203.0.113.9", hours: 5);
        Add(server, "hospital-idp", "old-script", "GET /Patient", "203.0.113.10", hours: 3);
        Add(server, "hospital-idp", "old-script", "GET /Observation", "203.0.113.9", hours: 4);
        var newest = Add(server, null, null, "GET /Patient/{id}", "198.51.100.1", hours: 1);
        Add(server, "hospital-idp", "long-gone", "GET /Patient", "203.0.113.9", hours: 24 * 40);
        Add(server, "hospital-idp", "registered", "GET /Patient", "203.0.113.9", hours: 1, reason: "outside-scope");
        var report = (await server.GetAsync(Unknown, "august")).Json;

        Assert.True((bool)report["complete"]!);
        var items = report["items"]!.AsArray();
        Assert.Equal([null, "old-script"], items.Select(static item => (string?)item!["client_id"]));
        Assert.Equal(newest.ToString(), (string)items[0]!["newest"]!);
        Assert.Equal(3, (long)items[1]!["count"]!);
        Assert.Equal(("GET /Patient", 2L), ((string)items[1]!["tried"]![0]!["template"]!, (long)items[1]!["tried"]![0]!["count"]!));
        Assert.Equal(["203.0.113.10", "203.0.113.9"], items[1]!["peers"]!.AsArray().Select(static peer => (string)peer!));
        Assert.Equal(3, (await server.GetAsync(Unknown + "?days=90", "august")).Json["items"]!.AsArray().Count);
        Assert.Contains(server.Journal.Records, static record => record.Event == "audit.unknown-callers");
    }

    [Theory]
    [InlineData("", "vera", 403)]
    [InlineData("", "olga", 403)]
    [InlineData("?days=0", "august", 400)]
    [InlineData("?days=x", "august", 400)]
    [InlineData("?days=400", "august", 200)]
    public async Task Unknown_RoleOrDays_AreChecked(string query, string person, int status)
    {
        await using var server = await AdminServer.StartAsync();

        Assert.Equal(status, (await server.GetAsync(Unknown + query, person)).Status);
    }

    [Fact]
    public async Task SavedSearch_OfAnAuditor_IsKeptWithItsNameAndHoldsNoPatient()
    {
        await using var server = await AdminServer.StartAsync();
        const string Path = "/admin/v1/saved-searches";
        const string Body = """{"id":"s1","title":"refusals of acme","query":"decision=deny&client=acme"}""";
        Assert.Equal(403, (await server.PostAsync(Path, Body)).Status);
        var kept = await server.PostAsync(Path, Body, "august");
        Assert.True(kept.Status == 201, kept.Text);
        Assert.Equal("august@hospital.example", (string)kept.Json["by"]!);
        foreach (var query in new[] { "patient=p-1", "decision=deny&patient=p-1", "decision", "", "x=1", "decision=<b>", "client=a=b" })
        {
            var body = $$"""{"id":"s2","title":"t","query":"{{query}}"}""";
            Assert.Equal(422, (await server.PostAsync(Path, body, "august")).Status);
        }

        Assert.Equal(403, (await server.GetAsync(Path)).Status);
        Assert.Single((await server.GetAsync(Path, "august")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Settings_OfANode_ShowKeysToThoseWhoReadThem()
    {
        await using var server = await AdminServer.StartAsync(static options => options.DormantDays = [30, 60]);
        var seen = (await server.GetAsync("/admin/v1/config/settings", "adam")).Json;

        Assert.Contains(
            seen["values"]!.AsArray(),
            static line => (string)line!["key"]! == "Admin:DormantDays" && (string)line["value"]! == "30, 60"
        );
        Assert.Contains(seen["keys"]!.AsArray(), static key => (string)key!["id"]! == "olga");
        Assert.DoesNotContain("hash", seen.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Null((await server.GetAsync("/admin/v1/config/settings")).Json["keys"]);
    }

    private static Guid Add(
        AdminServer server,
        string? issuer,
        string? clientId,
        string template,
        string peer,
        double hours,
        string reason = "unknown-client"
    )
    {
        var record = new AuditRecord
        {
            Id = Guid.CreateVersion7(server.Time.Now),
            Kind = AuditKind.Decision,
            Event = "read",
            Time = server.Time.Now.AddHours(-hours),
            Decision = "deny",
            Reason = reason,
            Tenant = "north",
            Issuer = issuer,
            IssuerClientId = clientId,
            Peer = peer,
            Method = "GET",
            Template = template,
        };
        server.Trail.Entries.Add(WatchEventReaderTests.Entry(record, server.Trail.Entries.Count));
        return record.Id;
    }

    private sealed class FixedUsage(string client, IReadOnlyList<UsageRow> rows) : IUsageSource
    {
        public IReadOnlyList<UsageRow> Of(string asked) => asked == client ? rows : [];

        public IReadOnlyList<UsageElement> ElementsOf(string asked) => [];
    }
}
