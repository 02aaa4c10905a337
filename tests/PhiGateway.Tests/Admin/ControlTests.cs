using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Status;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Watch;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Controls are held against what is there now: what is not met is said, and each line names its query.</summary>
public sealed class ControlTests
{
    private const string Controls = "/admin/v1/posture/controls";

    [Fact]
    public async Task Report_OfTheTenRisks_HasTheirExactTitlesInOrder()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var report = (await server.GetAsync(Controls, "august")).Json;
        var frameworks = report["frameworks"]!.AsArray();

        Assert.Equal(
            NhiRisk.All.Select(static risk => risk.ToString()),
            frameworks[0]!["controls"]!.AsArray().Select(static line => $"{line!["id"]} {line["title"]}")
        );
        Assert.Equal("PR.AC-4", (string)Line(report, "PR.AA-05")["former"]!);
        Assert.Equal("outside", (string)Line(report, "PR.AA-06")["state"]!);
        Assert.All(
            frameworks.SelectMany(static framework => framework!["controls"]!.AsArray()),
            static line => Assert.NotEmpty(line!["evidence"]!.AsArray())
        );
    }

    [Fact]
    public async Task Report_WhereAnAgentCanCall_HasTheTablesOfAgents_AndNotBefore()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(3, (await server.GetAsync(Controls, "august")).Json["frameworks"]!.AsArray().Count);

        await server.PatchAsync("/admin/v1/clients/acme-connector", """{"kind":"ai-agent"}""");
        await Approvals.ApproveAsAsync(server, "anna");
        var report = (await server.GetAsync(Controls, "august")).Json;
        Assert.Equal(
            AgenticRisk.All.Select(static risk => risk.ToString()),
            report["frameworks"]![3]!["controls"]!.AsArray().Select(static line => $"{line!["id"]} {line["title"]}")
        );
        Assert.Equal("outside", (string)Line(report, "ASI05:2026")["state"]!);
        Assert.Equal("partly", (string)Line(report, "ASI02:2026")["state"]!);
        Assert.Equal("met", (string)Line(report, "MAP 3.5")["state"]!);

        await server.PatchAsync("/admin/v1/clients/acme-connector", """{"limits":{"recordsPerDay":100}}""");
        Assert.Equal("met", (string)Line((await server.GetAsync(Controls, "august")).Json, "ASI02:2026")["state"]!);
    }

    [Fact]
    public void Rules_ThatTellOfAgents_HaveARiskOfTheirs()
    {
        string[] silent = ["log-unread", "roster-growth", "rule-failed", "unknown-outcome"];

        Assert.Equal(
            silent.Order(),
            PhiGateway.Watch.Detection.TrailWatch.FindingNames.Where(static name => AgenticRisk.Of(name) is null).Order()
        );
    }

    [Fact]
    public async Task Report_WhatBecomesTrue_ChangesItsLine()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal("not-met", (string)Line((await server.GetAsync(Controls, "august")).Json, "PR.AA-02")["state"]!);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/clients/acme-connector", """{"requires":["dpop"]}""")).Status);

        Assert.Equal("met", (string)Line((await server.GetAsync(Controls, "august")).Json, "PR.AA-02")["state"]!);
    }

    [Fact]
    public async Task Report_OnRetention_SaysWhatIsConfiguredAndHeld()
    {
        await using var server = await AdminServer.StartAsync(options =>
            options.Keeping = new KeepingRules(7, new Dictionary<string, int> { ["north"] = 12 })
        );
        await server.AddKeyAsync("petra", "privacy-officer");
        await Approvals.OpenAsync(server);
        const string Hold = """{"tenant":"north","reason":"a suit"}""";
        Assert.Equal(201, (await server.PostAsync("/admin/v1/audit/keeping/holds", Hold, "petra")).Status);
        StoredTrail.Ship(server);

        var line = Line((await server.GetAsync(Controls, "august")).Json, "164.316(b)(2)(i)").ToJsonString();
        Assert.Contains("after 7 years", line, StringComparison.Ordinal);
        Assert.Contains("12 to 12", line, StringComparison.Ordinal);
        Assert.Contains("1 holds stand", line, StringComparison.Ordinal);
        Assert.DoesNotContain("never deleted", line, StringComparison.Ordinal);
        Assert.Contains(
            "shown to auditors",
            Line((await server.GetAsync(Controls)).Json, "164.316(b)(2)(i)").ToJsonString(),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(false, "not-met")]
    [InlineData(true, "partly")]
    public async Task Report_OnDataAtRest_SaysWhatIsNotMet(bool isSealed, string state)
    {
        await using var server = await AdminServer.StartAsync(options => options.IsRegistrySealed = isSealed);
        var report = (await server.GetAsync(Controls, "august")).Json;

        Assert.Equal(state, (string)Line(report, "PR.DS-01")["state"]!);
        Assert.Equal("not-met", (string)Line(report, "164.312(a)(2)(iv)")["state"]!);
        Assert.Equal(isSealed ? 0 : 2, report.ToJsonString().Split("a door by a row").Length - 1);
    }

    [Theory]
    [InlineData(null, "This node has no console.")]
    [InlineData(true, "take a fresh sign-in at the console.")]
    [InlineData(false, "no fresh sign-in is asked for.")]
    public async Task Report_OnGraveSteps_SaysWhetherTheyTakeAFreshSignIn(bool? isAsked, string words)
    {
        await using var server = await AdminServer.StartAsync(options => options.AsksFreshSignIn = isAsked);
        var evidence = Line((await server.GetAsync(Controls, "august")).Json, "164.312(d)")["evidence"]!.AsArray();

        var said = Assert.Single(evidence, one => ((string)one!["words"]!).Contains(words, StringComparison.Ordinal))!;
        Assert.Equal(isAsked, (bool?)said["good"]);
        Assert.DoesNotContain("does not say when", (string)said["words"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OnGraveStepsByDefault_SaysThatTheyHangOnTheProvider()
    {
        await using var server = await AdminServer.StartAsync(static options =>
        {
            options.AsksFreshSignIn = true;
            options.FreshSignInHangsOnProvider = true;
        });
        var evidence = Line((await server.GetAsync(Controls, "august")).Json, "164.312(d)")["evidence"]!.AsArray();

        Assert.Single(evidence, static one => ((string)one!["words"]!).Contains("does not say when", StringComparison.Ordinal));
    }

    // The lines that an assessor asks for, whether they are met or not.
    [Theory]
    [InlineData("PR.AA-04 PR.DS-01 PR.DS-10 DE.CM-03 DE.CM-09 DE.AE-03 DE.AE-04 DE.AE-06 DE.AE-07 DE.AE-08 RS.AN-07")]
    [InlineData("ID.AM-01 ID.AM-02 ID.AM-03 ID.AM-04 ID.AM-05 ID.AM-07 ID.AM-08")]
    [InlineData("GV.SC-04 GV.SC-05 GV.SC-06 GV.SC-07 GV.SC-08 GV.SC-09 GV.SC-10")]
    [InlineData("164.312(a)(2)(iii) 164.312(a)(2)(iv) 164.312(e)(2)(i) 164.312(e)(2)(ii)")]
    public async Task Report_LinesOfTheTables_AreEachThere(string ids)
    {
        await using var server = await AdminServer.StartAsync();
        var report = (await server.GetAsync(Controls, "august")).Json;

        Assert.All(ids.Split(' '), id => Assert.NotEmpty(Line(report, id)["evidence"]!.AsArray()));
    }

    [Fact]
    public async Task Report_ForWhoDoesNotReadTheTrail_CountsNothingOfIt()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        server.Trail.Entries.Add(WatchEventReaderTests.Entry(Denied(server, "wrong-network")));
        var viewer = (await server.GetAsync(Controls)).Text;
        Assert.Contains("Counts of the trail are shown to auditors", viewer, StringComparison.Ordinal);
        Assert.DoesNotContain("1 calls refused", viewer, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Journal.Records, static record => record.Event == "audit.count");

        Assert.Contains("1 calls refused", (await server.GetAsync(Controls, "august")).Text, StringComparison.Ordinal);
        Assert.Contains(server.Journal.Records, static record => record.Event == "audit.count");
    }

    [Fact]
    public async Task Report_ReasonsThatItCounts_Exist()
    {
        await using var server = await AdminServer.StartAsync();
        var queries = (await server.GetAsync(Controls, "august")).Json["frameworks"]!
            .AsArray()
            .SelectMany(static framework => framework!["controls"]!.AsArray())
            .SelectMany(static line => line!["evidence"]!.AsArray())
            .Select(static one => (string?)one!["query"])
            .OfType<string>()
            .ToList();

        Assert.All(
            queries.Where(static query => query.Contains("&reason=", StringComparison.Ordinal)),
            static query => Assert.NotNull(DenyReason.Find(query[(query.IndexOf("&reason=", StringComparison.Ordinal) + 8)..]))
        );
        foreach (
            var query in queries
                .Where(static query => !query.Contains('{') && !query.Contains("/audit", StringComparison.Ordinal))
                .Distinct()
        )
        {
            var person = query switch
            {
                _ when query.Contains("admin-keys", StringComparison.Ordinal) => "adam",
                _ when query.Contains("callers", StringComparison.Ordinal) => "august",
                _ => "olga",
            };
            var answer = query.Contains("accounting", StringComparison.Ordinal) ? null : await server.GetAsync(query, person);
            Assert.True(answer is null or { Status: 200 }, $"{query}: {answer?.Text}");
        }
    }

    // Of several reasons the query counts each, within the same days: what the line says is what its query finds.
    [Fact]
    public async Task Report_OfRefusalsForSeveralReasons_LeadsToWhatCountsThem()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        foreach (var reason in (string[])["revoked", "client-expired", "client-expired", "wrong-network"])
        {
            server.Trail.Entries.Add(WatchEventReaderTests.Entry(Denied(server, reason), server.Trail.Entries.Count));
        }

        var old = Denied(server, "revoked");
        old.Time = server.Time.Now.AddDays(-91);
        server.Trail.Entries.Add(WatchEventReaderTests.Entry(old, server.Trail.Entries.Count));
        var line = Line((await server.GetAsync(Controls, "august")).Json, "NHI1:2025");
        var said = line["evidence"]!
            .AsArray()
            .Single(static one => ((string)one!["words"]!).Contains("calls refused", StringComparison.Ordinal))!;
        Assert.StartsWith("3 calls refused", (string)said["words"]!, StringComparison.Ordinal);

        var counts = (await server.GetAsync((string)said["query"]!, "august")).Json["items"]!.AsArray();
        Assert.Equal(
            3,
            counts
                .Where(static one => (string?)one!["values"]![0] is "revoked" or "client-expired" or "client-not-active")
                .Sum(static one => (int)one!["count"]!)
        );
    }

    // Each alert names its risk: no rule is forgotten in the table, and what somebody has taken is open still.
    [Theory]
    [InlineData("scattered-networks", "NHI2:2025")]
    [InlineData("new-program", "NHI10:2025")]
    [InlineData("error-mix", "NHI5:2025")]
    [InlineData("stale-token", "NHI7:2025")]
    [InlineData("new-chain", "NHI9:2025")]
    [InlineData("wide-answers", "NHI3:2025")]
    public async Task Report_OfASignOfARisk_SaysItAndLeadsToIt(string kind, string risk)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Contains(
            "No sign of it is open.",
            Line((await server.GetAsync(Controls)).Json, risk).ToJsonString(),
            StringComparison.Ordinal
        );
        await WriteAsync(server, kind, risk, AlertState.Acknowledged);
        await WriteAsync(server, kind, risk, AlertState.Closed);

        var said = Line((await server.GetAsync(Controls)).Json, risk)["evidence"]!
            .AsArray()
            .Single(one => (string)one!["words"]! == $"1 alert {kind} is open.")!;
        Assert.False((bool)said["good"]!);
        var found = (await server.GetAsync((string)said["query"]!)).Json["items"]!.AsArray();
        Assert.Equal("acknowledged", (string)Assert.Single(found)!["state"]!);
    }

    private static async Task WriteAsync(AdminServer server, string kind, string risk, AlertState state)
    {
        var alert = new Alert
        {
            Id = $"{kind}-{state}".ToLowerInvariant(),
            Kind = kind,
            Subject = "client/acme-connector",
            Risk = NhiRisk.All.Single(one => one.Id == risk).ToString(),
            At = server.Time.Now,
            Evidence = "seen",
            State = state,
        };
        await server.Store.WriteAsync([new RegistryWrite(RegistryKind.Alert, alert.Id, RegistryJson.Serialize(alert), 0)], "test", default);
    }

    [Fact]
    public async Task Score_OfAClient_IsAHundredLessItsPoints()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var score = (await server.GetAsync("/admin/v1/clients/acme-connector/score", "august")).Json;
        var points = score["points"]!.AsArray();

        Assert.Equal(100 - points.Sum(static point => (int)point!["points"]!), (int)score["score"]!);
        Assert.Contains(points, static point => ((string)point!["words"]!).Contains("bearer token", StringComparison.Ordinal));
        await server.PatchAsync("/admin/v1/clients/acme-connector", """{"requires":["dpop"]}""");
        var better = (await server.GetAsync("/admin/v1/clients/acme-connector/score", "august")).Json;
        Assert.True((int)better["score"]! > (int)score["score"]!, better.ToJsonString());
        Assert.Equal(404, (await server.GetAsync("/admin/v1/clients/nobody/score")).Status);
        Assert.Equal("acme", (string)(await server.GetAsync("/admin/v1/posture/scores")).Json["organizations"]![0]!["organization"]!);
    }

    // What its clients lose, risk by risk, is what its mean lacks of a hundred.
    [Fact]
    public async Task Score_OfAnOrganization_SaysWhatWasTakenOffItsClients()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var report = (await server.GetAsync("/admin/v1/posture/scores")).Json;
        var acme = report["organizations"]!.AsArray().Single(static one => (string)one!["organization"]! == "acme")!;
        var points = acme["points"]!.AsArray();

        Assert.Equal((1, 100), ((int)acme["clients"]!, (int)acme["score"]! + points.Sum(static point => (int)point!["points"]!)));
        var bearer = points.Single(static point => (string)point!["risk"]! == "NHI4:2025")!;
        Assert.Equal(15, (int)bearer["points"]!);
        Assert.Equal("1 of its 1 clients that can call lose points by it, acme-connector most: 15.", (string?)bearer["words"]);
    }

    // It is to be compared with what the server holds, and says nothing against the client; its twin does.
    [Theory]
    [InlineData("unknown-outcome", 0)]
    [InlineData("volume-spike", 8)]
    public async Task Score_OfOpenAlerts_CountsWhatSpeaksAgainstTheClient(string kind, int points)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var before = (int)(await server.GetAsync("/admin/v1/clients/acme-connector/score")).Json["score"]!;
        await WriteAsync(server, kind, "NHI3:2025", AlertState.Open);

        Assert.Equal(before - points, (int)(await server.GetAsync("/admin/v1/clients/acme-connector/score")).Json["score"]!);
    }

    // Who is told is what is configured, and whether anybody takes it.
    [Theory]
    [InlineData(60, "siem", "met")]
    [InlineData(0, "siem", "partly")]
    [InlineData(60, "", "partly")]
    [InlineData(60, "siem away", "partly")]
    [InlineData(0, "", "not-met")]
    public async Task Report_OnWhoIsTold_SaysWhatIsInForce(int minutes, string sink, string state)
    {
        await using var server = await AdminServer.StartAsync(
            options => options.EscalateAfter = TimeSpan.FromMinutes(minutes),
            services: all => all.AddSingleton<INodeHealth>(new SinkingHealth(sink))
        );
        var report = (await server.GetAsync(Controls, "august")).Json;

        Assert.Equal(state, (string)Line(report, "DE.AE-06")["state"]!);
        Assert.Equal(sink == "siem" ? "met" : "not-met", (string)Line(report, "DE.AE-03")["state"]!);
    }

    private sealed class SinkingHealth(string sink) : INodeHealth
    {
        public NodeHealth Get() => new("gw-1", 0, null, "database", null, 0);

        public TrustHealth GetTrust() =>
            new(
                new VerifierHealth(0, null, [], null),
                [],
                sink.Length == 0 ? [] : [new SinkHealth("siem", 0, TimeSpan.Zero, sink == "siem" ? null : "refused")]
            );
    }

    private static JsonNode Line(JsonNode report, string id) =>
        report["frameworks"]!
            .AsArray()
            .SelectMany(static framework => framework!["controls"]!.AsArray())
            .Single(line => (string)line!["id"]! == id)!;

    private static AuditRecord Denied(AdminServer server, string reason) =>
        new()
        {
            Id = Guid.CreateVersion7(server.Time.Now),
            Kind = AuditKind.Decision,
            Event = "read",
            Time = server.Time.Now.AddHours(-1),
            Decision = "deny",
            Reason = reason,
            Client = "acme-connector",
        };
}
