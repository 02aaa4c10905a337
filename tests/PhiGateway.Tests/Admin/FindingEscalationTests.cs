using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>An incident that becomes worse, over several nodes and beside persons: told, acted on, and neither of them twice.</summary>
public sealed class FindingEscalationTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Alerts = "/admin/v1/alerts";

    // The thief calls first: the milder sign stands when the critical one comes.
    [Fact]
    public async Task Raise_FromUrgentToCritical_IsTold_AndTheClientQuarantinedOnceOverTwoNodes()
    {
        await using var server = await OpenAsync();
        var nodes = Nodes(server, "two-places", 2);
        await TellAsync(nodes, Found(server, "new-network", "Caller", FindingSeverity.High, 0));
        await TellAsync(nodes, Found(server, "two-places", "Caller", FindingSeverity.Critical, 1));

        Assert.Equal("quarantined", await StatusAsync(server));
        var alert = Assert.Single((await server.GetAsync(Alerts)).Json["items"]!.AsArray())!;
        Assert.Equal(("new-network", "open", "urgent"), ((string)alert["kind"]!, (string)alert["state"]!, (string)alert["severity"]!));
        var words = (string)alert["evidence"]!;
        Assert.StartsWith("Words of new-network. Words of two-places. It was quarantined", words);
        Assert.Equal(2, alert["records"]!.AsArray().Count);
        Assert.Single(server.Journal.Records, static record => record.Event == "client.quarantine");
        Assert.Single(server.Journal.Records, static record => record.Event == "alert.escalate");
    }

    [Theory]
    [InlineData(":close", """{"reason":"a load test"}""")]
    [InlineData(":snooze", """{"until":"2026-05-20T00:00:00Z","reason":"later"}""")]
    [InlineData(":take", "{}")]
    public async Task Raise_CriticalAfterAPersonPutTheUrgentAside_IsOpenAgain_TheSameAgainIsNot(string verb, string body)
    {
        await using var server = await OpenAsync();
        var nodes = Nodes(server, "record-scraping", 2);
        await TellAsync(nodes, Found(server, "volume-spike", "Amount", FindingSeverity.High, 0));
        var path = await PathAsync(server);
        Assert.Equal(200, (await server.PostAsync(path + verb, body)).Status);
        await TellAsync(nodes, Found(server, "record-scraping", "Amount", FindingSeverity.Critical, 30));

        var alert = (await server.GetAsync(path)).Json;
        Assert.Equal("open", (string)alert["state"]!);
        Assert.Null(alert["snoozedUntil"]);
        Assert.Null(alert["assignedTo"]);
        Assert.Equal("quarantined", await StatusAsync(server));

        // Of a third node, which comes late, and by whoever remembers nothing: it is told already.
        Assert.Equal(200, (await server.PostAsync(path + ":close", """{"reason":"dealt with"}""")).Status);
        await TellAsync(Nodes(server, "record-scraping", 1), Found(server, "volume-spike", "Amount", FindingSeverity.High, 0));
        Assert.Equal("closed", (string)(await server.GetAsync(path)).Json["state"]!);
    }

    // The rule that the operator named spoke second and no louder.
    [Theory]
    [InlineData("volume-spike", "quarantined", "open")]
    [InlineData("enumeration", "active", "closed")]
    public async Task Raise_AFurtherRuleAsGrave_IsAskedForWhatItsOwnNameCallsFor(string listed, string status, string state)
    {
        await using var server = await OpenAsync();
        var nodes = Nodes(server, listed, 2);
        await TellAsync(nodes, Found(server, "record-scraping", "Amount", FindingSeverity.High, 0));
        var path = await PathAsync(server);
        Assert.Equal(200, (await server.PostAsync(path + ":close", """{"reason":"a load test"}""")).Status);
        await TellAsync(nodes, Found(server, "volume-spike", "Amount", FindingSeverity.High, 5));

        Assert.Equal(status, await StatusAsync(server));
        var alert = (await server.GetAsync(path)).Json;
        Assert.Equal(state, (string)alert["state"]!);
        Assert.Equal(status == "quarantined", ((string)alert["evidence"]!).Contains("It was quarantined", StringComparison.Ordinal));
        Assert.Single((await server.GetAsync(Alerts)).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Raise_WhileAPersonSnoozesIt_IsOpenAgain()
    {
        await using var server = await OpenAsync();
        var sink = Sink(server, QuarantineRules.None);
        await sink.RaiseAsync(Found(server, "off-hours", "Amount", FindingSeverity.Medium, 0), default);
        var path = await PathAsync(server);
        server.Store.BeforeWrite = () => SnoozeAsync(server, path).GetAwaiter().GetResult();
        await sink.RaiseAsync(Found(server, "off-hours", "Amount", FindingSeverity.Critical, 0), default);

        var alert = (await server.GetAsync(path)).Json;
        Assert.Equal(("open", "urgent"), ((string)alert["state"]!, (string)alert["severity"]!));
        Assert.Null(alert["snoozedUntil"]);
    }

    [Fact]
    public async Task Raise_LostEachTime_IsAFaultThatTheWatchTriesAgain()
    {
        await using var server = await OpenAsync();
        var sink = Sink(server, QuarantineRules.None);
        await sink.RaiseAsync(Found(server, "off-hours", "Amount", FindingSeverity.Medium, 0), default);
        var path = await PathAsync(server);
        void Always()
        {
            SnoozeAsync(server, path).GetAwaiter().GetResult();
            server.Store.BeforeWrite = Always;
        }

        server.Store.BeforeWrite = Always;
        var worse = Found(server, "off-hours", "Amount", FindingSeverity.Critical, 0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => sink.RaiseAsync(worse, default));
        server.Store.BeforeWrite = null;
        await sink.RaiseAsync(worse, default);
        Assert.Equal("urgent", (string)(await server.GetAsync(path)).Json["severity"]!);
    }

    // The node stopped between closing the client and writing the alert: the next one says what was done.
    [Fact]
    public async Task Raise_TheClientWasClosedForItBefore_SaysSo()
    {
        await using var server = await OpenAsync();
        var finding = Found(server, "two-places", "Caller", FindingSeverity.Critical, 0);
        await Sink(server, Rules("two-places")).RaiseAsync(finding, default);
        var item = Assert.Single(await server.Store.ListAsync(RegistryKind.Alert, null, 10, default));
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.Alert, item.Id, null, item.Version)], "gone", default);

        await Sink(server, Rules("two-places")).RaiseAsync(finding, default);
        var alert = Assert.Single((await server.GetAsync(Alerts)).Json["items"]!.AsArray())!;
        Assert.Contains("It was quarantined", (string)alert["evidence"]!, StringComparison.Ordinal);
        Assert.Single(server.Journal.Records, static record => record.Event == "client.quarantine");
    }

    // The brake is one for all nodes: each of them, and one that has just started, sees what the others did.
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Raise_MoreThanMayBeClosedInAnHour_OverTwoNodes_OnlyTells(bool isSlowed, bool isRenewed)
    {
        await using var server = await OpenAsync();
        await server.Store.WriteAsync([await CopyAsync(server, "acme-second"), await CopyAsync(server, "acme-third")], "olga", default);
        var named = new Dictionary<string, RiskTier> { ["two-places"] = RiskTier.Low };
        var rules = (isSlowed, isRenewed) switch
        {
            (true, _) => QuarantineRules.None with { Slowed = named, MostPerHour = 1 },
            (_, true) => QuarantineRules.None with { Renewed = named, MostPerHour = 1 },
            _ => new QuarantineRules(named, 1),
        };
        var first = Found(server, "two-places", "Caller", FindingSeverity.Critical, 0);
        await Sink(server, rules).RaiseAsync(first, default);
        await Sink(server, rules).RaiseAsync(first with { Subject = "client/acme-second" }, default);
        Assert.Contains("within the last hour", await WordsAsync(server, "client/acme-second"), StringComparison.Ordinal);

        // An hour later there is room again.
        server.Time.Now = server.Time.Now.AddMinutes(61);
        await Sink(server, rules)
            .RaiseAsync(Found(server, "two-places", "Caller", FindingSeverity.Critical, 0) with { Subject = "client/acme-third" }, default);
        Assert.DoesNotContain("within the last hour", await WordsAsync(server, "client/acme-third"), StringComparison.Ordinal);
    }

    // Else one person could hold the brake with writes that close nothing.
    [Fact]
    public async Task Raise_WhereThoseClosedLongAgoAreOnlyWrittenAnew_ClosesAsEver()
    {
        await using var server = await OpenAsync();
        await server.Store.WriteAsync([await CopyAsync(server, "acme-second")], "olga", default);
        var rules = new QuarantineRules(new Dictionary<string, RiskTier> { ["two-places"] = RiskTier.Low }, 1);
        await Sink(server, rules).RaiseAsync(Found(server, "two-places", "Caller", FindingSeverity.Critical, 0), default);
        server.Time.Now = server.Time.Now.AddHours(5);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", """{"reason":"seen"}""", "nora")).Status);

        var other = Found(server, "two-places", "Caller", FindingSeverity.Critical, 0) with { Subject = "client/acme-second" };
        await Sink(server, rules).RaiseAsync(other, default);

        Assert.DoesNotContain("within the last hour", await WordsAsync(server, "client/acme-second"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raise_OverARowThatIsNoAlert_IsTold()
    {
        await using var server = await OpenAsync();
        var finding = Found(server, "volume-spike", "Amount", FindingSeverity.High, 0);
        await Sink(server, Rules("two-places")).RaiseAsync(finding, default);
        var item = Assert.Single(await server.Store.ListAsync(RegistryKind.Alert, null, 10, default));
        await server.Store.WriteAsync([new RegistryWrite(item.Kind, item.Id, """{"at":"never"}""", item.Version)], "somebody", default);

        await Sink(server, Rules("two-places")).RaiseAsync(finding, default);

        var alert = Assert.Single((await server.GetAsync(Alerts)).Json["items"]!.AsArray())!;
        Assert.Equal(("volume-spike", "open"), ((string)alert["kind"]!, (string)alert["state"]!));
    }

    private static async Task<string> WordsAsync(AdminServer server, string subject) =>
        (string)
            (await server.GetAsync(Alerts)).Json["items"]!.AsArray().Single(alert => (string)alert!["subject"]! == subject)!["evidence"]!;

    private static async Task<RegistryWrite> CopyAsync(AdminServer server, string id)
    {
        var item = (await server.Store.FindAsync(RegistryKind.Client, "acme-connector", default))!;
        var form = System.Text.Json.Nodes.JsonNode.Parse(item.Json)!;
        form["id"] = id;
        return new RegistryWrite(RegistryKind.Client, id, form.ToJsonString(), 0);
    }

    private static async Task SnoozeAsync(AdminServer server, string path)
    {
        var id = path[(path.LastIndexOf('/') + 1)..];
        var item = (await server.Store.FindAsync(RegistryKind.Alert, id, default))!;
        var form = System.Text.Json.Nodes.JsonNode.Parse(item.Json)!;
        form["snoozedUntil"] = server.Time.Now.AddDays(3).ToString("O");
        await server.Store.WriteAsync(
            [new RegistryWrite(RegistryKind.Alert, id, form.ToJsonString(), item.Version)],
            "kim@hospital.example",
            default
        );
    }

    private static async Task<string> PathAsync(AdminServer server) =>
        $"{Alerts}/{(string)(await server.GetAsync(Alerts)).Json["items"]![0]!["id"]!}";

    private static async Task<string> StatusAsync(AdminServer server) => (string)(await server.GetAsync(Client)).Json["status"]!;

    private static async Task TellAsync(IReadOnlyList<(FindingFold Fold, FindingAlerts Sink)> nodes, Finding finding)
    {
        foreach (var (fold, sink) in nodes)
        {
            if (fold.Admit(finding) is { } told)
            {
                await sink.RaiseAsync(told, default);
            }
        }
    }

    private static (FindingFold, FindingAlerts)[] Nodes(AdminServer server, string rule, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => (new FindingFold(), Sink(server, Rules(rule))))];

    private static QuarantineRules Rules(string rule) => new(new Dictionary<string, RiskTier> { [rule] = RiskTier.Low }, MostPerHour: 5);

    private static FindingAlerts Sink(AdminServer server, QuarantineRules rules) =>
        new(server.Store, server.Journal, server.Services.GetRequiredService<ISnapshotSource>(), rules, server.Time);

    private static async Task<AdminServer> OpenAsync()
    {
        var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        return server;
    }

    private static Finding Found(AdminServer server, string rule, string family, FindingSeverity severity, int minute) =>
        new()
        {
            Rule = rule,
            Family = family,
            Subject = "client/acme-connector",
            At = server.Time.Now.AddMinutes(minute),
            Severity = severity,
            Words = $"Words of {rule}.",
            Records = [Guid.CreateVersion7(server.Time.Now.AddMinutes(minute))],
        };
}
