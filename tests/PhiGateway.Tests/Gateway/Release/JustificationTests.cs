using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>Emergency access stands in the record with the reason that was given for it.</summary>
public sealed class JustificationTests
{
    private static readonly UseCase Emergency = TestRegistry.UseCase() with { AllowsBreakGlass = true, Purposes = ["TREAT", "BTG"] };

    [Theory]
    [InlineData("BTG", "unconscious, no other source")]
    [InlineData("TREAT", null)]
    public async Task Record_OfAnAccess_SaysWhyWhereThatHadToBeSaid(string purpose, string? noted)
    {
        using var world = new StageWorld();
        world.Publish(TestRegistry.Build(TestRegistry.Open(Emergency)));
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Purposes = [PurposeOfUse.Parse(purpose)] });
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = world.Open("GET", "/fhir/Observation/1", null, ("Phi-Justification", "unconscious, no other source"));

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(noted, Assert.Single(world.Journal.Records).Note);
    }
}
