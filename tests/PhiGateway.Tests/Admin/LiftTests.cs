using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Signals;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What the gateway closed or slowed by itself is lifted by two persons, of whom the second does not stand behind the client.</summary>
public sealed class LiftTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Why = """{"reason":"the network was the vendor's new one"}""";

    [Theory]
    [InlineData(false, ":resume")]
    [InlineData(true, ":unthrottle")]
    public async Task Lift_OfWhatTheGatewayDid_TakesWhoAsksAndAnotherWhoApproves(bool isSlowed, string lift)
    {
        await using var server = await OpenAsync(isSlowed);

        // An approver alone is one person, and whoever asks is not the second.
        Assert.Equal("four-eyes", (await server.PostAsync(Client + lift, Why, "anna")).Code);
        Assert.Equal(422, (await server.PostAsync(Client + ":request-lift", "{}", "nora")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, "nora")).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Client + lift, Why, "nora")).Code);
        Assert.Equal(422, (await server.PostAsync(Client + lift, "{}", "anna")).Status);

        Assert.Equal(200, (await server.PostAsync(Client + lift, Why, "anna")).Status);
        var client = (await server.GetAsync(Client)).Json;
        Assert.Equal("active", (string)client["status"]!);
        Assert.Null(client["throttle"]);
        Assert.Contains(server.Journal.Records, static record => record is { Event: "client.request-lift", Note: not null });
        Assert.Equal("nothing-to-lift", (await server.PostAsync(Client + ":request-lift", Why)).Code);
    }

    // Owner, deputy, and who asked for the approval: who is answered for does not answer for themselves.
    [Theory]
    [InlineData("mary")]
    [InlineData("li")]
    public async Task Resume_ByWhoStandsBehindTheClient_IsRefused_AskingIsNot(string person)
    {
        await using var server = await OpenAsync(isSlowed: false);
        await server.AddKeyAsync(person, "approver");
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why)).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":resume", Why, person)).Code);

        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, person)).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
    }

    [Fact]
    public async Task Resume_AfterItWasClosedAnew_TakesAskingAnew()
    {
        await using var server = await OpenAsync(isSlowed: false);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why)).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
        server.Time.Now = server.Time.Now.AddDays(20);
        await ActAsync(server, isSlowed: false);

        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":resume", Why, "anna")).Code);
    }

    // Who closes by hand is the first of the two.
    [Fact]
    public async Task Resume_OfWhatAPersonClosed_TakesOneApproverMore()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", """{"reason":"odd"}""")).Status);
        Assert.Equal("nothing-to-lift", (await server.PostAsync(Client + ":request-lift", Why)).Code);

        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);
    }

    // A transmitter of signals is a machine like the gateway itself, and whoever asked before it spoke asked for something else.
    [Fact]
    public async Task Resume_OfWhatASignalClosed_TakesWhoAsksAndAnotherWhoApproves()
    {
        await using var server = await OpenAsync(isSlowed: false);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, "nora")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
        var item = (await server.Store.FindAsync(RegistryKind.Client, "acme-connector", default))!;
        var client = RegistryJson.Deserialize<Client>(StoredBody.WithoutNotes(item.Json).ToJsonString()) with
        {
            Status = ClientStatus.Quarantined,
            StatusReason = "credential compromised",
        };
        var closed = AuthorNote.Closed(AuthorNote.Carried(RegistryJson.Serialize(client), item), item, [SignalTrail.ActorOf("okta")]);
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.Client, item.Id, closed, item.Version)], "signals/okta", default);

        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":resume", Why, "anna")).Code);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, "nora")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
    }

    // A person who closes what the gateway had closed makes no second person for its opening.
    [Fact]
    public async Task Resume_AfterAPersonClosedItToo_TakesAskingStill()
    {
        await using var server = await OpenAsync(isSlowed: false);
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", """{"reason":"to be looked at"}""", "otto")).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":resume", Why, "anna")).Code);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, "otto")).Status);

        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
    }

    // Whoever asked, asked for what was done then.
    [Fact]
    public async Task Unthrottle_AfterAPersonSlowedItFurther_TakesAskingAnew()
    {
        await using var server = await OpenAsync(isSlowed: true);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, "nora")).Status);
        const string Further = """{"requests_per_second":1,"reason":"it goes on"}""";
        Assert.Equal(200, (await server.PostAsync(Client + ":throttle", Further, "otto")).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":unthrottle", Why, "anna")).Code);

        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, "nora")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":unthrottle", Why, "anna")).Status);
    }

    private static async Task<AdminServer> OpenAsync(bool isSlowed)
    {
        var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await ActAsync(server, isSlowed);
        return server;
    }

    private static async Task ActAsync(AdminServer server, bool isSlowed)
    {
        var named = new Dictionary<string, RiskTier> { ["two-places"] = RiskTier.Low };
        var rules = isSlowed ? QuarantineRules.None with { Slowed = named, MostPerHour = 5 } : new QuarantineRules(named, 5);
        var sink = new FindingAlerts(
            server.Store,
            server.Journal,
            server.Services.GetRequiredService<ISnapshotSource>(),
            rules,
            server.Time
        );
        await sink.RaiseAsync(
            new Finding
            {
                Rule = "two-places",
                Subject = "client/acme-connector",
                At = server.Time.Now,
                Severity = FindingSeverity.Critical,
                Words = "One token was used from two networks.",
            },
            default
        );
    }
}
