using System.Net;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Refusals;

/// <summary>A use case may ask for a fresh sign-in only when its client does something first (RFC 9470), and it passes with one.</summary>
public sealed class StepUpOccasionTests
{
    private const string Home = "203.0.113.7";
    private const string Neighbour = "203.0.113.99";
    private const string Elsewhere = "198.51.100.4";

    [Fact]
    public async Task Read_FromANewNetwork_IsAskedForAFreshSignInOnce()
    {
        using var world = World(StepUpOccasion.NewNetwork);

        Assert.Equal(DenyReason.StepUpRequired, await ReadAsync(world, Home, 6));
        Assert.Null(await ReadAsync(world, Home, 5));
        Assert.Null(await ReadAsync(world, Home, 60));
        Assert.Null(await ReadAsync(world, Neighbour, 60));

        // A token that was stolen is worth something where its owner is, and nowhere else.
        Assert.Equal(DenyReason.StepUpRequired, await ReadAsync(world, Elsewhere, 60));
        Assert.Null(await ReadAsync(world, Elsewhere, 5));
        Assert.Null(await ReadAsync(world, Home, 60));
    }

    [Fact]
    public async Task Read_OfANewType_IsAskedForAFreshSignInOnce()
    {
        using var world = World(StepUpOccasion.NewType);
        Assert.Null(await ReadAsync(world, Home, 5));
        Assert.Null(await ReadAsync(world, Elsewhere, 60));

        Assert.Equal(DenyReason.StepUpRequired, await ReadAsync(world, Home, 60, "Condition"));
        Assert.NotEqual(DenyReason.StepUpRequired, await ReadAsync(world, Home, 5, "Condition"));
        Assert.NotEqual(DenyReason.StepUpRequired, await ReadAsync(world, Home, 60, "Condition"));
    }

    [Fact]
    public async Task Read_ThatIsRefusedForAnotherReason_TeachesNothing()
    {
        using var world = World(StepUpOccasion.NewNetwork);

        Assert.NotNull(await ReadAsync(world, Home, 5, "Patient"));
        Assert.Equal(DenyReason.StepUpRequired, await ReadAsync(world, Home, 60));
    }

    private static async Task<DenyReason?> ReadAsync(StageWorld world, string peer, int minutes, string type = "Observation")
    {
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { AuthenticatedAt = TestRegistry.Now.AddMinutes(-minutes) });
        using var exchange = world.Open("GET", $"/fhir/{type}/1");
        exchange.Http.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        return (await world.WalkAsync(exchange, "Release")).Refusal;
    }

    private static StageWorld World(StepUpOccasion occasion)
    {
        var grant = StageWorld.Grant("read") with { Types = ["Observation", "Condition"] };
        var world = new StageWorld(null, null, grant);
        var asked = new StepUp { FreshWithinSeconds = 300, When = [occasion] };
        var client = TestRegistry.Client() with { Networks = [] };
        world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant) with { StepUp = asked }, client)));
        return world;
    }
}
