using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>Who walks through ids of patients that are not there has met as many as who reads them.</summary>
public sealed class ProbedPatientsTests
{
    private const int Most = 3;

    [Fact]
    public async Task Record_IdsThatAreNotThere_CountAsPatients_AndTheNextOneIsRefused()
    {
        using var world = World(new ClientLimits { DistinctPatientsPerHour = Most });
        for (var probe = 0; probe < Most; probe++)
        {
            Assert.Equal(DenyReason.NotFoundOrWithheld, await ProbeAsync(world, $"p{probe}"));
        }

        Assert.Equal(DenyReason.QuotaExceeded, await ProbeAsync(world, "p99"));

        // The twin: what was asked for before is asked for again.
        Assert.Equal(DenyReason.NotFoundOrWithheld, await ProbeAsync(world, "p1"));
    }

    [Fact]
    public async Task Record_IdsThatAreNotThere_LeaveRoomForTheClientsPatients()
    {
        using var world = World(new ClientLimits { DistinctPatientsPerHour = Most });
        Assert.Equal(DenyReason.NotFoundOrWithheld, await ProbeAsync(world, "typed-wrong"));

        Assert.Null(await ReadAsync(world, "17"));
        Assert.Null(await ReadAsync(world, "18"));
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(world, "19"));
        Assert.Equal(DenyReason.QuotaExceeded, await ProbeAsync(world, "p2"));
    }

    // What the day refuses is not taken of the hour either.
    [Fact]
    public async Task Record_WhatOneLimitRefuses_IsTakenOfNone()
    {
        using var world = World(new ClientLimits { DistinctPatientsPerHour = Most, DistinctPatientsPerDay = 1 });
        Assert.Equal(DenyReason.NotFoundOrWithheld, await ProbeAsync(world, "p0"));
        for (var probe = 1; probe < 5; probe++)
        {
            Assert.Equal(DenyReason.QuotaExceeded, await ProbeAsync(world, $"p{probe}"));
        }

        Assert.True(world.Get<ClientGates>().Of("connector").Quota.PatientsLeft == Most - 1);
    }

    [Fact]
    public async Task Record_WithoutALimit_CountsNothing()
    {
        using var world = World(new ClientLimits());
        for (var probe = 0; probe < 20; probe++)
        {
            Assert.Equal(DenyReason.NotFoundOrWithheld, await ProbeAsync(world, $"p{probe}"));
        }
    }

    private static StageWorld World(ClientLimits limits)
    {
        var grant = StageWorld.Grant("read") with
        {
            Types = ["Patient"],
            Patients = new PatientScope { Any = true },
        };
        return new StageWorld(TestRegistry.Client() with { Limits = limits }, null, grant);
    }

    private static async Task<DenyReason?> ReadAsync(StageWorld world, string patient)
    {
        world.Upstream.Answers($"GET /Patient/{patient}", $$"""{"resourceType":"Patient","id":"{{patient}}"}""");
        using var exchange = world.Open("GET", $"/fhir/Patient/{patient}");
        return (await world.WalkAsync(exchange, "Release")).Refusal;
    }

    private static async Task<DenyReason?> ProbeAsync(StageWorld world, string patient)
    {
        using var exchange = world.Open("GET", $"/fhir/Patient/{patient}");
        var refused = await world.WalkAsync(exchange, "Release");
        return refused.Refusal is { } reason ? await world.Get<AuditTrail>().RecordRefusalAsync(exchange, reason, refused.Detail) : null;
    }
}
