using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
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
        string[] silent = ["roster-growth", "rule-failed"];

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
            var person = query.Contains("admin-keys", StringComparison.Ordinal) ? "adam" : "olga";
            var answer = query.Contains("accounting", StringComparison.Ordinal) ? null : await server.GetAsync(query, person);
            Assert.True(answer is null or { Status: 200 }, $"{query}: {answer?.Text}");
        }
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
