using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>A token's scope is what was asked for, what the client is registered for and what is approved, all three.</summary>
public sealed class RegisteredScopeTests
{
    private const string Category = "?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";

    [Theory]
    [InlineData("system/*.cruds", "system/Observation.rs")]
    [InlineData("system/*.rs", "system/Observation.rs", "system/Observation.rs")]
    [InlineData("system/*.rs", "system/Observation.r", "system/*.r")]
    [InlineData("system/Observation.rs", "system/Observation.s", "system/Observation.s", "system/Patient.rs")]
    [InlineData("system/Observation.rs", "system/Observation.rs", "system/*.cruds")]
    // Of two that are registered both count, and neither more than is approved.
    [InlineData("system/*.cruds", "system/Observation.s system/Observation.r", "system/Observation.s", "system/*.rd")]
    // The filter of either is kept.
    [InlineData("system/*.rs", "system/Observation.rs" + Category, "system/Observation.rs" + Category)]
    [InlineData("system/Observation.rs" + Category, "system/Observation.rs" + Category, "system/Observation.rs")]
    [InlineData("system/Observation.rs" + Category, "system/Observation.r" + Category, "system/Observation.r" + Category)]
    public async Task Token_RegisteredScopes_CutWhatIsAsked(string asked, string granted, params string[] registered)
    {
        using var world = World(registered);

        var reply = await world.AskAsync(TokenWorld.Form(world.Assertion(), asked));

        Assert.True(reply.Status == 200, reply.Error);
        Assert.Equal(granted.Split(' ').Order(), ((string)reply.Json!["scope"]!).Split(' ').Order());
    }

    [Theory]
    [InlineData("system/Observation.rs", "system/Patient.rs")]
    [InlineData("system/Observation.r", "system/Observation.s")]
    [InlineData("system/Observation.rs?category=vital-signs", "system/Observation.rs" + Category)]
    public async Task Token_NothingIsRegisteredOfWhatIsAsked_IsInvalidScope(string asked, string registered)
    {
        using var world = World([registered]);

        var reply = await world.AskAsync(TokenWorld.Form(world.Assertion(), asked));

        Assert.Equal((400, "invalid_scope"), (reply.Status, reply.Error));
    }

    [Fact]
    public void Compare_FirstScopeRegistered_NarrowsAndALaterOneWidens()
    {
        Assert.Equal(ChangeKind.Narrowing, Classify([], ["system/Observation.rs"]));
        Assert.Equal(ChangeKind.Widening, Classify(["system/Observation.rs"], []));
        Assert.Equal(ChangeKind.Widening, Classify(["system/Observation.rs"], ["system/Observation.rs", "system/Patient.r"]));
    }

    [Theory]
    [InlineData("system/Observation.rs", true)]
    [InlineData("system/*.cruds", true)]
    [InlineData("system/Observation.rs?category=laboratory", true)]
    [InlineData("patient/Observation.rs", false)]
    [InlineData("system/Observation.sr", false)]
    [InlineData("system/Observation.read", false)]
    [InlineData("system/Thing.rs", false)]
    [InlineData("system/.rs", false)]
    [InlineData("system/Observation.", false)]
    [InlineData("system/Observation.rs?", false)]
    [InlineData("system/Observation.rs system/Patient.rs", false)]
    [InlineData("", false)]
    public void Build_ARegisteredScope_ClosesThePathWhereItIsNone(string scope, bool isSound)
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(client: TestRegistry.Client() with { Scopes = [scope] }));

        Assert.Equal(isSound ? null : "clients/connector/scopes/0", snapshot.FindClientById("connector")!.Contradiction);
    }

    private static ChangeKind Classify(string[] before, string[] after) => AccessDiff.Classify(Input(before), Input(after));

    private static ApprovedInput Input(string[] scopes) =>
        new(
            TestRegistry.Client() with
            {
                Scopes = scopes,
            },
            TestRegistry.UseCase(),
            TestRegistry.Agreement(),
            TestRegistry.Organization(),
            []
        );

    private static TokenWorld World(string[] registered) => new(client: TestRegistry.Client() with { Scopes = registered });
}
