using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Trail;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Cases;
using PhiGateway.Tests.Policy.Decisions;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>Whatever a request is refused for, and wherever, leaves exactly one record, which names the reason.</summary>
public sealed class OneRecordTests
{
    // What cannot be recorded leaves no record; and a cut is recorded as one of an answer that had begun.
    private static readonly DenyReason[] OfTheTrail = [DenyReason.AuditUnavailable, DenyReason.AuditForked];

    // Said only while an answer streams or a node is full, of a journal, a registry or a database that is away, and of faults.
    private static readonly DenyReason[] ElsewhereThanInAScene =
    [
        .. OfTheTrail,
        DenyReason.RevokedWhileStreaming,
        DenyReason.MemoryExhausted,
        DenyReason.ReaderTooSlow,
        DenyReason.SnapshotTooOld,
        DenyReason.TaskUsedUp,
        DenyReason.TaskNotCounted,
        DenyReason.PageUnavailable,
        DenyReason.MemoryExhausted,
        DenyReason.ReaderTooSlow,
        DenyReason.Faulted,
    ];

    public static TheoryData<string> Reasons =>
        [.. DenyReason.All.Where(static reason => !OfTheTrail.Contains(reason)).Select(static reason => reason.Code)];

    public static TheoryData<string> Scenes => [.. RefusedRequests.All.Keys];

    public static TheoryData<string> Lines =>
        [
            .. CaseFiles.All.Where(static name =>
                DecisionCase.Read(name).Main is var main
                && CaseFiles.Text(main["request"])?.StartsWith("GET /fhir/", StringComparison.Ordinal) == true
                && !CaseFiles.Text(main["request"])!.Contains("/$", StringComparison.Ordinal)
                && main["expect"]!["deny"] is not null
            ),
        ];

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Refusal_OfAnyReasonAtAnyTime_IsOneRecord(string code)
    {
        var reason = DenyReason.All.Single(one => one.Code == code);
        foreach (var last in (string[])["", "Ingress", "Understand", "Decide", "Settle"])
        {
            using var world = new StageWorld(null, null, StageWorld.Grant("read", "create"));
            using var exchange = world.Open("GET", "/fhir/Observation/1");
            if (last.Length > 0)
            {
                Assert.True((await world.WalkAsync(exchange, last)).Continues);
            }

            await CheckAsync(world, exchange, reason);
        }
    }

    [Theory]
    [MemberData(nameof(Scenes))]
    public async Task Refusal_OfARequestThatReachesIt_IsOneRecord(string code)
    {
        var scene = RefusedRequests.All[code];
        using var world = scene.Open();
        using var exchange = scene.Ask(world);

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(code == result.Refusal?.Code, $"{result.Refusal} {result.Detail} {string.Join(' ', world.Upstream.Lines)}");
        await CheckAsync(world, exchange, result.Refusal!);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Refusal_OfADecisionCaseOverTheWholePipeline_IsOneRecord(string name)
    {
        var main = DecisionCase.Read(name).Main;
        var (asked, snapshot) = DecisionCase.Arrange(main);
        using var world = new StageWorld();
        using var exchange = Ask(world, main, asked, snapshot);

        var result = await world.WalkAsync(exchange, "Release");

        Assert.Equal(CaseFiles.Text(main["expect"]!["deny"]), result.Refusal?.Code);
        await CheckAsync(world, exchange, result.Refusal!);
    }

    [Fact]
    public void Reasons_All_AreReachedByASceneOrADecisionCase()
    {
        var reached = CaseFiles
            .All.Select(static name => CaseFiles.Text(DecisionCase.Read(name).Main["expect"]!["deny"]))
            .Concat(RefusedRequests.All.Keys)
            .Concat(ElsewhereThanInAScene.Select(static reason => reason.Code));

        Assert.Empty(DenyReason.All.Select(static reason => reason.Code).Except(reached));
    }

    private static async Task CheckAsync(StageWorld world, GatewayExchange exchange, DenyReason reason)
    {
        var before = world.Journal.Records.Count;

        Assert.Same(reason, await world.Get<AuditTrail>().RecordRefusalAsync(exchange, reason, "detail"));

        var record = Assert.Single(world.Journal.Records.Skip(before));
        Assert.Equal(reason.Code, record.Reason);
    }

    private static GatewayExchange Ask(StageWorld world, JsonObject main, AccessRequest asked, RegistrySnapshot snapshot)
    {
        world.Callers.Result = CallerResult.Of(asked.Caller);
        world.Clock.Advance(asked.Now - world.Clock.GetUtcNow());
        world.Publish(snapshot);
        world.Route = world.Route! with { Tenant = asked.Tenant, TenantTag = asked.TenantTag, Environment = asked.Environment };
        (string, string)[] headers = asked.Justification is { } why ? [("Phi-Justification", why)] : [];
        var line = CaseFiles.Text(main["request"])!.Split(' ');
        var exchange = world.Open(line[0], line[1], null, headers);
        exchange.Http.Connection.RemoteIpAddress = asked.Peer ?? IPAddress.Loopback;
        return exchange;
    }
}
