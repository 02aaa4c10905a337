using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What becomes of a finding: an alert in its lane, and, where it is asked for, a closed path.</summary>
public sealed class FindingAlertTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Why = """{"reason":"a new network of the vendor"}""";

    private static readonly QuarantineRules OfTwoPlaces = new(
        new Dictionary<string, RiskTier> { ["two-places"] = RiskTier.High },
        MostPerHour: 1
    );

    [Fact]
    public async Task Raise_ARuleThatQuarantines_ClosesUntilAnApproverOpens()
    {
        await using var server = await OpenAsync();
        await Sink(server, OfTwoPlaces).RaiseAsync(Finding(server), default);

        var closed = (await server.GetAsync(Client)).Json;
        Assert.Equal("quarantined", (string)closed["status"]!);
        Assert.StartsWith("two-places", (string)closed["statusReason"]!);
        var alert = Assert.Single((await server.GetAsync("/admin/v1/alerts?lane=act")).Json["items"]!.AsArray())!;
        Assert.Equal(("two-places", "client/acme-connector"), ((string)alert["kind"]!, (string)alert["subject"]!));
        Assert.Contains("It was quarantined", (string)alert["evidence"]!, StringComparison.Ordinal);
        Assert.Equal("mary@hospital.example, li@hospital.example", (string)alert["notify"]!);
        Assert.Contains(server.Journal.Records, record => record is { Event: "client.quarantine", Actor: "system" });

        Assert.Equal(403, (await server.PostAsync(Client + ":resume", Why, "olga")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, "olga")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
    }

    [Fact]
    public async Task Raise_ARuleThatSlowsDown_LeavesThePathAndALowerRate_UntilAnApproverLifts()
    {
        await using var server = await OpenAsync();
        var rules = QuarantineRules.None with
        {
            Slowed = new Dictionary<string, RiskTier> { ["two-places"] = RiskTier.High },
            SlowTo = 2,
            MostPerHour = 1,
        };
        var fingerprint = await Approvals.FingerprintAsync(server);
        await Sink(server, rules).RaiseAsync(Finding(server), default);

        var slowed = (await server.GetAsync(Client)).Json;
        Assert.Equal(
            ("active", 2, "system"),
            ((string)slowed["status"]!, (int)slowed["throttle"]!["requestsPerSecond"]!, (string)slowed["throttle"]!["by"]![0]!)
        );
        Assert.Equal(fingerprint, await Approvals.FingerprintAsync(server));
        var alert = Assert.Single((await server.GetAsync("/admin/v1/alerts?lane=act")).Json["items"]!.AsArray())!;
        Assert.Contains("slowed to 2 requests a second", (string)alert["evidence"]!, StringComparison.Ordinal);
        Assert.Contains(server.Journal.Records, record => record is { Event: "client.throttle", Actor: "system" });

        foreach (var person in (string[])["olga", "adam", "august"])
        {
            Assert.Equal(403, (await server.PostAsync(Client + ":unthrottle", Why, person)).Status);
        }

        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why)).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":unthrottle", Why, "anna")).Status);
        Assert.Null((await server.GetAsync(Client)).Json["throttle"]);
        Assert.Equal("not-throttled", (await server.PostAsync(Client + ":unthrottle", "{}", "anna")).Code);
    }

    [Fact]
    public async Task Raise_ARuleThatAsksForFreshAuthorization_EndsTheTokensFromBeforeAndNoOthers()
    {
        await using var server = await OpenAsync();
        var rules = QuarantineRules.None with
        {
            Renewed = new Dictionary<string, RiskTier> { ["two-places"] = RiskTier.High },
            MostPerHour = 1,
        };
        await Sink(server, rules).RaiseAsync(Finding(server), default);

        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
        var row = Assert.Single(await server.Store.ListRevocationsAsync(10, default));
        Assert.Equal((RevocationTarget.Subject, "acme-connector", "hospital-idp", "system"), (row.Target, row.Value, row.Issuer, row.By));
        var snapshot = server.Services.GetRequiredService<ISnapshotSource>().Current;
        Assert.NotNull(PolicyDecisionPoint.FindRevocation(Issued(server.Time.Now), "north", snapshot));
        Assert.Null(PolicyDecisionPoint.FindRevocation(Issued(server.Time.Now.AddSeconds(1)), "north", snapshot));
        Assert.Contains(server.Journal.Records, record => record is { Event: "revocation.create", Actor: "system", After: not null });
        var alert = Assert.Single((await server.GetAsync("/admin/v1/alerts?lane=act")).Json["items"]!.AsArray())!;
        Assert.Contains("tokens from before were ended", (string)alert["evidence"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raise_ARuleThatQuarantines_LeavesNoTokenForWhenItIsOpenedAgain()
    {
        await using var server = await OpenAsync();
        await Sink(server, OfTwoPlaces).RaiseAsync(Finding(server), default);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why)).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);

        var snapshot = server.Services.GetRequiredService<ISnapshotSource>().Current;
        Assert.NotNull(PolicyDecisionPoint.FindRevocation(Issued(server.Time.Now), "north", snapshot));
        Assert.Null(PolicyDecisionPoint.FindRevocation(Issued(server.Time.Now.AddSeconds(1)), "north", snapshot));
    }

    private static Caller Issued(DateTimeOffset at) =>
        Asked.Caller("acme-connector") with
        {
            Issuer = "hospital-idp",
            IssuedAt = at,
            ExpiresAt = at.AddMinutes(5),
        };

    [Fact]
    public async Task Throttle_ByAPerson_IsLiftedByAnotherOnly_AndNotByWriting()
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync("rosa", "responder");
        Assert.Equal(422, (await server.PostAsync(Client + ":throttle", """{"requests_per_second":0,"reason":"odd"}""", "rosa")).Status);
        Assert.Equal(422, (await server.PostAsync(Client + ":throttle", """{"requests_per_second":5}""", "rosa")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":throttle", """{"requests_per_second":5,"reason":"odd"}""", "rosa")).Status);

        // Slower by one person, faster by none.
        Assert.Equal(
            "throttled-already",
            (await server.PostAsync(Client + ":throttle", """{"requests_per_second":9,"reason":"x"}""")).Code
        );
        Assert.Equal(200, (await server.PostAsync(Client + ":throttle", """{"requests_per_second":3,"reason":"x"}""", "anna")).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":unthrottle", "{}", "anna")).Code);
        Assert.Equal(
            422,
            (await server.PatchAsync(Client, """{"throttle":{"requestsPerSecond":900,"by":["x"],"at":"2026-05-01T00:00:00Z"}}""")).Status
        );
        Assert.Equal(200, (await server.PatchAsync(Client, """{"throttle":null,"description":"as before"}""")).Status);
        Assert.Equal(3, (int)(await server.GetAsync(Client)).Json["throttle"]!["requestsPerSecond"]!);

        Assert.Equal(200, (await server.PostAsync(Client + ":unthrottle", "{}", "arno")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", """{"reason":"odd"}""")).Status);
        Assert.Equal("not-active", (await server.PostAsync(Client + ":throttle", """{"requests_per_second":5,"reason":"odd"}""")).Code);
    }

    [Fact]
    public async Task Raise_NoRuleQuarantines_RaisesTheAlertAndClosesNothing()
    {
        await using var server = await OpenAsync();
        await Sink(server, QuarantineRules.None).RaiseAsync(Finding(server), default);
        await Sink(server, OfTwoPlaces).RaiseAsync(Finding(server) with { Rule = "off-hours", Severity = FindingSeverity.Medium }, default);

        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
        Assert.Equal(2, (await server.GetAsync("/admin/v1/alerts")).Json["items"]!.AsArray().Count);
        Assert.Single((await server.GetAsync("/admin/v1/alerts?lane=look")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Raise_MoreThanMayBeClosedInAnHour_OnlyTells()
    {
        await using var server = await OpenAsync();
        var sink = Sink(server, OfTwoPlaces with { MostPerHour = 0 });
        await sink.RaiseAsync(Finding(server), default);

        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
        var alert = Assert.Single((await server.GetAsync("/admin/v1/alerts")).Json["items"]!.AsArray())!;
        Assert.Contains("It was not quarantined", (string)alert["evidence"]!, StringComparison.Ordinal);
    }

    // The trail was away for days: it is told, and whoever calls by now is not closed for it.
    [Theory]
    [InlineData(23, "quarantined")]
    [InlineData(25, "active")]
    public async Task Raise_WhatIsSeenMoreThanADayLater_OnlyTells(int hours, string status)
    {
        await using var server = await OpenAsync();
        await Sink(server, OfTwoPlaces).RaiseAsync(Finding(server) with { At = server.Time.Now.AddHours(-hours) }, default);

        Assert.Equal(status, (string)(await server.GetAsync(Client)).Json["status"]!);
        Assert.Single((await server.GetAsync("/admin/v1/alerts")).Json["items"]!.AsArray());
    }

    // Each sink is another node, or the same one after a restart.
    [Theory]
    [InlineData("quarantine")]
    [InlineData("slow")]
    public async Task Raise_MoreThanMayBeClosedInAnHour_IsCountedOverTheFleet(string how)
    {
        await using var server = await OpenAsync();
        await AddAsync(server, "other");
        await AddAsync(server, "third");
        var rules =
            how == "slow"
                ? QuarantineRules.None with
                {
                    Slowed = new Dictionary<string, RiskTier> { ["two-places"] = RiskTier.High },
                    MostPerHour = 1,
                }
                : OfTwoPlaces;
        await Sink(server, rules).RaiseAsync(Finding(server), default);
        await Sink(server, rules).RaiseAsync(Finding(server) with { Subject = "client/other" }, default);

        var other = (await server.GetAsync("/admin/v1/clients/other")).Json;
        Assert.Equal("active", (string)other["status"]!);
        Assert.Null(other["throttle"]);
        var alerts = (await server.GetAsync("/admin/v1/alerts")).Json["items"]!.AsArray();
        Assert.Contains("It was not", (string)alerts.Single(static one => (string)one!["subject"]! == "client/other")!["evidence"]!);

        // The twin: an hour later one more may be.
        server.Time.Now = server.Time.Now.AddMinutes(61);
        await Sink(server, rules).RaiseAsync(Finding(server) with { Subject = "client/third" }, default);
        var third = (await server.GetAsync("/admin/v1/clients/third")).Json;
        Assert.Equal(how == "slow", third["throttle"] is not null);
        Assert.Equal(how == "slow" ? "active" : "quarantined", (string)third["status"]!);
    }

    private static async Task AddAsync(AdminServer server, string id)
    {
        var item = (await server.Store.FindAsync(RegistryKind.Client, "acme-connector", default))!;
        var json = item.Json.Replace("\"acme-connector\"", $"\"{id}\"", StringComparison.Ordinal);
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.Client, id, json, 0)], "test", default);
    }

    // Whoever puts the first sign of something aside does not keep the rest from being seen, nor the client from being closed.
    [Theory]
    [InlineData(":close", """{"reason":"a load test"}""")]
    [InlineData(":snooze", """{"until":"2026-05-20T00:00:00Z","reason":"later"}""")]
    public async Task Raise_WorseThanWhatWasPutAside_OpensItAndQuarantines_TheSameAgainDoesNot(string verb, string body)
    {
        await using var server = await OpenAsync();
        var first = Finding(server) with { Severity = FindingSeverity.Medium };
        await Sink(server, QuarantineRules.None).RaiseAsync(first, default);
        var path = "/admin/v1/alerts/" + (string)(await server.GetAsync("/admin/v1/alerts")).Json["items"]![0]!["id"]!;
        Assert.Equal(200, (await server.PostAsync(path + verb, body)).Status);
        var aside = (await server.GetAsync(path)).ETag;
        await Sink(server, OfTwoPlaces).RaiseAsync(first, default);
        Assert.Equal(aside, (await server.GetAsync(path)).ETag);

        await Sink(server, OfTwoPlaces).RaiseAsync(Finding(server), default);
        var alert = (await server.GetAsync(path)).Json;
        Assert.Equal(("open", "urgent"), ((string)alert["state"]!, (string)alert["severity"]!));
        Assert.Null(alert["snoozedUntil"]);
        Assert.Equal("quarantined", (string)(await server.GetAsync(Client)).Json["status"]!);
    }

    [Fact]
    public async Task Delete_OfWhatTheGatewayRaised_IsRefused_OfANoteIsNot()
    {
        await using var server = await OpenAsync();
        await Sink(server, QuarantineRules.None).RaiseAsync(Finding(server), default);
        var path = "/admin/v1/alerts/" + (string)(await server.GetAsync("/admin/v1/alerts")).Json["items"]![0]!["id"]!;
        Assert.Equal("kept", (await DeleteAsync(server, path)).Code);
        Assert.Equal(200, (await server.PostAsync(path + ":close", """{"reason":"a load test"}""")).Status);
        Assert.Equal("kept", (await DeleteAsync(server, path)).Code);

        var note = """{"id":"n1","kind":"note","subject":"client/acme-connector","at":"2026-01-01T00:00:00Z","evidence":"Look."}""";
        Assert.Equal(201, (await server.PostAsync("/admin/v1/alerts", note)).Status);
        Assert.Equal(204, (await DeleteAsync(server, "/admin/v1/alerts/n1")).Status);
    }

    [Theory]
    [InlineData("two-places", RiskTier.High, true)]
    [InlineData("two-places", RiskTier.Low, false)]
    [InlineData("off-hours", RiskTier.High, false)]
    public void Asks_RuleAndRisk_MustBothFit(string rule, RiskTier risk, bool asks) => Assert.Equal(asks, OfTwoPlaces.Asks(rule, risk));

    [Theory]
    [InlineData("two-places", RiskTier.High)]
    [InlineData("two-places:low", RiskTier.Low)]
    [InlineData("two-places:always", null)]
    [InlineData("two-places:low:high", null)]
    [InlineData(":low", null)]
    [InlineData(null, null)]
    public void Parse_AnEntry_IsRuleAndRiskOrNothing(string? text, RiskTier? risk) => Assert.Equal(risk, QuarantineRules.Parse(text)?.Risk);

    [Fact]
    public async Task Handling_TakeAssignSnoozeClose_EachHasANameAndAnEnd()
    {
        await using var server = await OpenAsync();
        await Sink(server, QuarantineRules.None).RaiseAsync(Finding(server), default);
        var id = (string)(await server.GetAsync("/admin/v1/alerts")).Json["items"]![0]!["id"]!;
        var path = "/admin/v1/alerts/" + id;

        var until = server.Time.Now.AddDays(2).ToString("O");
        Assert.Equal(200, (await server.PostAsync(path + ":snooze", $$"""{"until":"{{until}}","reason":"after the release"}""")).Status);
        Assert.NotNull((await server.GetAsync(path)).Json["snoozedUntil"]);
        Assert.Equal(200, (await server.PostAsync(path + ":take", "{}", "anna")).Status);
        var taken = (await server.GetAsync(path)).Json;
        Assert.Equal(("anna@hospital.example", "acknowledged"), ((string)taken["assignedTo"]!, (string)taken["state"]!));
        Assert.Null(taken["snoozedUntil"]);
        Assert.Equal(200, (await server.PostAsync(path + ":assign", """{"person":"kim@hospital.example"}""")).Status);
        Assert.Equal("kim@hospital.example", (string)(await server.GetAsync(path)).Json["assignedTo"]!);
        Assert.Equal(200, (await server.PostAsync(path + ":close", """{"reason":"a load test"}""")).Status);
        Assert.Equal(409, (await server.PostAsync(path + ":take", "{}")).Status);
    }

    [Theory]
    [InlineData(":snooze", """{"reason":"later"}""", "/until")]
    [InlineData(":snooze", """{"until":"2020-01-01T00:00:00Z","reason":"later"}""", "/until")]
    [InlineData(":snooze", """{"until":"2027-01-01T00:00:00Z","reason":"later"}""", "/until")]
    [InlineData(":snooze", """{"until":"2026-05-02T00:00:00Z"}""", "/reason")]
    [InlineData(":assign", "{}", "/person")]
    public async Task Handling_WithoutEndReasonOrName_IsRefused(string verb, string body, string pointer)
    {
        await using var server = await OpenAsync();

        Assert.Equal([pointer], (await server.PostAsync("/admin/v1/alerts/none" + verb, body)).Pointers);
    }

    private static async Task<AdminAnswer> DeleteAsync(AdminServer server, string path) =>
        await server.SendAsync("olga", "DELETE", path, null, ("If-Match", (await server.GetAsync(path)).ETag!));

    private static async Task<AdminServer> OpenAsync()
    {
        var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        return server;
    }

    private static FindingAlerts Sink(AdminServer server, QuarantineRules rules) =>
        new(server.Store, server.Journal, (ISnapshotSource)server.Services.GetService(typeof(ISnapshotSource))!, rules, server.Time);

    private static Finding Finding(AdminServer server) =>
        new()
        {
            Rule = "two-places",
            Subject = "client/acme-connector",
            At = server.Time.Now,
            Severity = FindingSeverity.Critical,
            Risk = NhiRisk.Reuse,
            Words = "One token was used from two networks.",
        };
}
