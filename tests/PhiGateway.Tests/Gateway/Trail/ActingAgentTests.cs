using PhiGateway.Gateway.Exchange;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>An agent that comes with the token of another client (<c>act</c>) is held to its charter all the same, and is on record.</summary>
public sealed class ActingAgentTests : IDisposable
{
    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("fhir_read")]
    public async Task Record_OfACallThatAnAgentMakesThroughAClient_NamesModelPersonAndTool(string? tool)
    {
        Register(AgentRecordTests.Agent.Charter!);
        using var exchange = Open("reader", tool);

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);

        var record = Assert.Single(_world.Journal.Records);
        Assert.Equal(("connector", "reader"), (record.Client, Assert.Single(record.Actors)));
        Assert.Equal(
            ("acme-ai/reader-4.1", "ward-3", "mary@hospital.example", tool),
            (record.Model, record.Instance, record.Accountable, record.Tool)
        );
    }

    [Theory]
    [InlineData("reader", "fhir_read", true)]
    [InlineData("reader", "fhir_search", false)]
    [InlineData("reader", null, false)]
    [InlineData("connector", null, true)]
    public async Task Run_AgentBoundToATool_AsksByThatOneOnlyThroughWhicheverClient(string actor, string? tool, bool passes)
    {
        Register(AgentRecordTests.Agent.Charter! with { Tools = ["fhir_read"] });
        using var exchange = Open(actor, tool);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(passes ? null : DenyReason.AgentToolNotPermitted, result.Refusal);
        Assert.Equal(passes ? 1 : 0, _world.Upstream.Calls.Count);
    }

    [Fact]
    public async Task Run_CallsThatAnAgentMakesThroughAClient_AreCountedAsTheAgents()
    {
        Register(AgentRecordTests.Agent.Charter! with { CallsPerDay = 1 });
        _world.Tasks.Left = 1;

        using var first = Open("reader", null);
        Assert.True((await _world.WalkAsync(first, "Admit")).Continues);
        using var second = Open("reader", null);
        var spent = await _world.WalkAsync(second, "Admit");
        using var without = Open("connector", null);
        Assert.True((await _world.WalkAsync(without, "Admit")).Continues);

        Assert.Equal((DenyReason.AgentCallsSpent, "charter/callsPerDay"), (spent.Refusal, spent.Detail));
        Assert.Equal("\"calls-per-day\";q=1;w=86400", second.Http.Response.Headers["RateLimit-Policy"]);
        Assert.Equal(2, _world.Tasks.Taken);
    }

    // What nobody can attribute is for the hospital's own, and for no agent, whoever's token it comes with.
    [Theory]
    [InlineData("reader", "not-found-or-withheld")]
    [InlineData("connector", null)]
    public async Task Run_WhatNobodyCanAttribute_IsForNoAgentThroughAClientOfTheHospitals(string actor, string? refusal)
    {
        var grant = TestRegistry.Grant() with
        {
            Types = ["Provenance", "Condition"],
            Interactions = ["read"],
            Patients = new PatientScope { Any = true },
        };
        Register(AgentRecordTests.Agent.Charter!, grant, OrganizationKind.Internal);
        _world.Upstream.Answers(
            "GET /Provenance/1",
            """
            {"resourceType":"Provenance","id":"1","target":[{"reference":"Condition/missing"}],"recorded":"2026-05-01T00:00:00Z",
            "agent":[{"who":{"reference":"Practitioner/9"} }]}
            """
        );
        using var exchange = Open(actor, null, "/fhir/Provenance/1");

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Release")).Refusal?.Code);
    }

    // A service through which others may act, and an agent beside it.
    private void Register(AgentCharter charter, Grant? grant = null, OrganizationKind kind = OrganizationKind.Vendor)
    {
        var useCase = TestRegistry.UseCase(grants: grant ?? StageWorld.Grant("read"));
        var organization = TestRegistry.Organization() with { Kind = kind };
        var agent = AgentRecordTests.Agent with { Id = "reader", Charter = charter };
        var credential = TestRegistry.Credential("reader-oidc", "reader", "reader");
        var fingerprint = ApprovalFingerprint.Of(agent, useCase, TestRegistry.Agreement(), organization, [credential]);
        _world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(useCase, TestRegistry.Client() with { DelegationDepth = 1 }, organization: organization),
                agent,
                credential,
                TestRegistry.Approval(fingerprint, "approval-of-the-agent", "reader"),
            ])
        );
    }

    private GatewayExchange Open(string actor, string? tool, string target = "/fhir/Observation/1")
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Callers.Result = CallerResult.Of(Asked.Caller() with { Actors = [actor] });
        var exchange = _world.Open("GET", target);
        if (tool is not null)
        {
            exchange.Http.Features.Set(new ToolCall(tool));
        }

        return exchange;
    }
}
