using PhiGateway.Audit.Records;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>A record says itself under which agreement, by whose approval and by what its patients were covered.</summary>
public sealed class GroundOnRecordTests
{
    [Fact]
    public async Task Release_ARead_CarriesWhatItRestedOn()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());

        _ = await world.AskAsync("/fhir/Observation/1");

        var record = Assert.Single(world.Journal.Records, static record => record.Kind == AuditKind.Disclosure);
        Assert.Equal(("baa", "approval"), (record.Agreement, record.Approval));
        Assert.Equal(["li@hospital.example"], record.Approvers);
        Assert.Equal(["roster/orders"], record.CoveredBy);
        AssertWhole(record);
    }

    [Fact]
    public async Task Release_AMembershipWithAnEnd_IsNamedWithItsDays()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        var until = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
        world.Publish(Build(TestRegistry.UseCase(grants: StageWorld.Grant("read")), TestRegistry.Member("17", until: until)));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());

        _ = await world.AskAsync("/fhir/Observation/1");

        var record = Assert.Single(world.Journal.Records, static record => record.Kind == AuditKind.Disclosure);
        Assert.Equal(["roster/orders@../2026-07-01T00:00:00Z"], record.CoveredBy);
    }

    [Fact]
    public async Task Release_AWrite_SaysBeforeItByWhatItsPatientIsCovered()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search", "create", "update"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        world.Upstream.Answers("PUT /Observation/1", StageWorld.Observation(version: "4"), 201);
        using var exchange = world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);

        Assert.Equal([AuditKind.Intent, AuditKind.Outcome], world.Journal.Records.Select(static record => record.Kind));
        foreach (var record in world.Journal.Records)
        {
            Assert.Equal(("baa", "approval"), (record.Agreement, record.Approval));
            Assert.Equal(["17"], record.Patients);
            Assert.Equal(["roster/orders"], record.CoveredBy);
        }

        AssertWhole(world.Journal.Records[0]);
    }

    // Each entry has a permit of its own.
    [Fact]
    public async Task Forward_ATransaction_SaysOfEachPatientByWhatHeIsCovered()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search", "create", "update"));
        var until = new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
        world.Publish(
            Build(
                TestRegistry.UseCase(grants: StageWorld.Grant("read", "search", "create", "update")),
                TestRegistry.Member("17"),
                TestRegistry.Member("18", until: until)
            )
        );
        world.Upstream.Answers("POST ", """{"resourceType":"Bundle","type":"transaction-response","entry":[]}""");
        using var exchange = world.Open("POST", "/fhir", Transaction("17", "18", "17"));

        _ = await world.WalkAsync(exchange, "Forward");

        var record = Assert.Single(world.Journal.Records, static record => record.Kind == AuditKind.Intent);
        Assert.Equal(["17", "18"], record.Patients);
        Assert.Equal(["roster/orders", "roster/orders@../2026-07-01T00:00:00Z"], record.CoveredBy);
        AssertWhole(record);
    }

    // The twin: what was refused says whose client it was and covers nobody.
    [Fact]
    public async Task Release_ARefusal_CoversNobody()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: "99"));
        using var exchange = world.Open("GET", "/fhir/Observation/1");

        Assert.True((await world.WalkAsync(exchange, "Release")).IsRefused(out _));
        Assert.DoesNotContain(world.Journal.Records, static record => record.CoveredBy.Count > 0);
    }

    private static string Transaction(params string[] patients)
    {
        var entries = patients.Select(static patient =>
            $$"""
                {"request":{"method":"POST","url":"Observation"},"resource":{"resourceType":"Observation","status":"final",
                "code":{"text":"x"},"subject":{"reference":"Patient/{{patient}}"} } }
                """
        );
        return $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""";
    }

    private static RegistrySnapshot Build(UseCase useCase, params RosterMemberChange[] members) =>
        new RegistrySnapshotBuilder().Rebuild(
            TestRegistry.Changes(TestRegistry.Open(useCase).Select(static entity => TestRegistry.Item(entity)), 1, members)
        );

    private static void AssertWhole(AuditRecord record)
    {
        // The world has no sockets.
        record.Peer ??= "203.0.113.7";
        Assert.Empty(AuditRecordValidator.Validate(record));
    }
}
