using System.Text.Json.Nodes;
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

    private static Grant Reading { get; } =
        StageWorld.Grant("read") with
        {
            Types = ["Patient"],
            Patients = new PatientScope { Any = true },
        };

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

    // A search for patients by their ids says of each whether it is there, as a read does; those that were asked for count once.
    [Fact]
    public async Task Ask_IdsThatASearchDoesNotFind_CountAsPatients_OnceEach()
    {
        using var world = World(new ClientLimits { DistinctPatientsPerHour = Most }, Reading with { Interactions = ["search"] });
        Assert.Null(await SearchAsync(world, "p0"));
        Assert.Null(await SearchAsync(world, "p0,p1,17"));

        Assert.Equal(DenyReason.QuotaExceeded, await SearchAsync(world, "p3"));
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(world, "18"));
        Assert.Null(await SearchAsync(world, "p1"));
        Assert.Null(await ReadAsync(world, "17"));
    }

    // Over several types it says the same.
    [Fact]
    public async Task Ask_IdsThatASearchOverTypesDoesNotFind_CountAsPatients_OnceEach()
    {
        const string Over = "?_type=Organization,Patient&_id=";
        var search = Reading with { Types = ["Organization", "Patient"], Interactions = ["search"] };
        using var world = World(new ClientLimits { DistinctPatientsPerHour = Most }, search);
        Assert.Null(await SearchAsync(world, "p0,p1,p2", Over));

        Assert.Equal(DenyReason.QuotaExceeded, await SearchAsync(world, "p3", Over));
        Assert.Null(await SearchAsync(world, "p1", Over));
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

    // The other entries were applied and are on record: the whole is answered, and says of the probe what its record says.
    [Theory]
    [InlineData("p99", "429")]
    [InlineData("p1", "404")]
    public async Task Record_AnIdThatIsNotThereInABatch_RefusesItsEntryAlone(string patient, string status)
    {
        using var world = World(new ClientLimits { DistinctPatientsPerHour = Most }, StageWorld.Grant("create"));
        for (var probe = 0; probe < Most; probe++)
        {
            Assert.Equal(DenyReason.NotFoundOrWithheld, await ProbeAsync(world, $"p{probe}"));
        }

        world.Upstream.Answers("POST /Observation", string.Empty, 201);
        var observation = StageWorld.Observation().Replace("\"id\":\"1\",", string.Empty, StringComparison.Ordinal);
        using var exchange = world.Open(
            "POST",
            "/fhir",
            $$"""
            {"resourceType":"Bundle","type":"batch","entry":[{"resource":{{observation}},"request":{"method":"POST","url":"Observation"} },
            {"request":{"method":"GET","url":"Patient/{{patient}}"} }]}
            """
        );
        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var entries = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]!.AsArray();
        Assert.Equal(["201 Created", status], entries.Select(static entry => (string)entry!["response"]!["status"]!));
        var reason = status == "429" ? DenyReason.QuotaExceeded : DenyReason.NotFoundOrWithheld;
        Assert.Single(world.Journal.Records, record => record.Id == exchange.Entries[1].Id && record.Reason == reason.Code);
    }

    // What one limit refuses is counted in no other: an organization's that is used up leaves the client its own hour, and a day its hour.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Record_WhatOneLimitRefuses_IsCountedInNoOther(bool isShared)
    {
        var own = new ClientLimits { DistinctPatientsPerHour = 4, DistinctPatientsPerDay = isShared ? null : 1 };
        var organization = TestRegistry.Organization() with { Limits = new ClientLimits { DistinctPatientsPerHour = isShared ? 1 : 9 } };
        using var world = World(own);
        Publish(world, own, organization);
        Assert.Equal(DenyReason.NotFoundOrWithheld, await ProbeAsync(world, "p0"));
        for (var probe = 1; probe < 10; probe++)
        {
            Assert.Equal(DenyReason.QuotaExceeded, await ProbeAsync(world, $"p{probe}"));
        }

        // What refused is taken away: of the client's hour one was used, and three are left.
        Publish(world, own with { DistinctPatientsPerDay = null }, TestRegistry.Organization());
        for (var probe = 1; probe < 4; probe++)
        {
            Assert.Equal(DenyReason.NotFoundOrWithheld, await ProbeAsync(world, $"q{probe}"));
        }

        Assert.Equal(DenyReason.QuotaExceeded, await ProbeAsync(world, "q4"));
    }

    private static void Publish(StageWorld world, ClientLimits limits, Organization organization) =>
        world.Publish(
            TestRegistry.Build(
                TestRegistry.Open(
                    TestRegistry.UseCase(grants: Reading),
                    TestRegistry.Client() with
                    {
                        Limits = limits,
                    },
                    organization: organization
                )
            )
        );

    private static StageWorld World(ClientLimits limits, params Grant[] besides) =>
        new(TestRegistry.Client() with { Limits = limits }, null, [Reading, .. besides]);

    private static async Task<DenyReason?> ReadAsync(StageWorld world, string patient)
    {
        world.Upstream.Answers($"GET /Patient/{patient}", $$"""{"resourceType":"Patient","id":"{{patient}}"}""");
        using var exchange = world.Open("GET", $"/fhir/Patient/{patient}");
        return (await world.WalkAsync(exchange, "Release")).Refusal;
    }

    private static async Task<DenyReason?> SearchAsync(StageWorld world, string ids, string search = "Patient?_id=")
    {
        var nobody = $$"""
            {"resourceType":"Bundle","type":"searchset","total":0,
            "link":[{"relation":"self","url":"http://fhir.example/r4/Patient?_id={{ids}}"}]}
            """;
        world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, nobody, "application/fhir+json");
        using var exchange = world.Open("GET", $"/fhir/{search}{ids}");
        return (await world.WalkAsync(exchange, "Release")).Refusal;
    }

    private static async Task<DenyReason?> ProbeAsync(StageWorld world, string patient)
    {
        using var exchange = world.Open("GET", $"/fhir/Patient/{patient}");
        var refused = await world.WalkAsync(exchange, "Release");
        return refused.Refusal is { } reason ? await world.Get<AuditTrail>().RecordRefusalAsync(exchange, reason, refused.Detail) : null;
    }
}
