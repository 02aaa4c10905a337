using PhiGateway.Gateway.Configuration;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Decide;

public sealed class DecideStageTests
{
    [Fact]
    public async Task Run_PermittedSearch_HasItsPermit()
    {
        using var world = new StageWorld();
        using var exchange = world.Open("GET", "/fhir/Observation?patient=17");

        Assert.True((await world.WalkAsync(exchange, "Decide")).Continues);
        Assert.NotNull(exchange.Decided.Permit);
        Assert.Empty(world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_PatientOutsideTheRoster_IsRefused()
    {
        using var world = new StageWorld();
        using var exchange = world.Open("GET", "/fhir/Observation?patient=18");

        Assert.Equal(DenyReason.OutsideRoster, (await world.WalkAsync(exchange, "Decide")).Refusal);
        Assert.Null(exchange.Known.Permit);
    }

    [Fact]
    public async Task Run_UpdateWhoseStoredVersionIsNotKnownYet_GoesOnWithoutPermitAndAsksNobody()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("update"));
        using var exchange = world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.True((await world.WalkAsync(exchange, "Decide")).Continues);
        Assert.Null(exchange.Known.Permit);
        Assert.Empty(world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_Batch_DecidesEachEntryByItself()
    {
        using var world = new StageWorld();
        using var exchange = world.Open(
            "POST",
            "/fhir",
            """
            {"resourceType":"Bundle","type":"batch","entry":[
              {"request":{"method":"GET","url":"Observation?patient=17"}},
              {"request":{"method":"GET","url":"Observation?patient=18"}}]}
            """
        );

        Assert.True((await world.WalkAsync(exchange, "Decide")).Continues);
        Assert.True(exchange.Entries[0].Decided.Result.Continues);
        Assert.Equal(DenyReason.OutsideRoster, exchange.Entries[1].Decided.Result.Refusal);
    }

    [Fact]
    public async Task Run_TransactionWithOneRefusedEntry_IsRefusedForIt()
    {
        using var world = new StageWorld();
        using var exchange = world.Open(
            "POST",
            "/fhir",
            """
            {"resourceType":"Bundle","type":"transaction","entry":[
              {"request":{"method":"GET","url":"Observation?patient=17"}},
              {"request":{"method":"GET","url":"Observation?patient=18"}}]}
            """
        );

        Assert.Equal(DenyReason.OutsideRoster, (await world.WalkAsync(exchange, "Decide")).Refusal);
        Assert.Equal(1, exchange.RefusedPlace?.Entry);
    }

    [Fact]
    public async Task Run_SnapshotTooOld_RefusesAllButThePublicDocuments()
    {
        using var world = new StageWorld(
            null,
            static options => options.Registry = new RegistryOptions { MaxSnapshotAge = TimeSpan.FromMinutes(1) }
        );
        world.Clock.Advance(TimeSpan.FromMinutes(2));
        using var read = world.Open("GET", "/fhir/Observation?patient=17");
        using var document = world.Open("GET", "/fhir/metadata");

        Assert.Equal(DenyReason.SnapshotTooOld, (await world.WalkAsync(read, "Decide")).Refusal);
        Assert.True((await world.WalkAsync(document, "Decide")).Continues);
    }
}
