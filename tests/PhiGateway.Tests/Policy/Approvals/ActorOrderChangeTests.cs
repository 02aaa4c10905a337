using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Approvals;

/// <summary>Who may act through a client, and in which order, is approved with the rest: only what is left of an order is narrower.</summary>
public sealed class ActorOrderChangeTests
{
    [Theory]
    [InlineData("planner agent scribe", "planner scribe", ChangeKind.Narrowing)]
    [InlineData("planner agent", "", ChangeKind.Narrowing)]
    [InlineData(null, "planner agent", ChangeKind.Narrowing)]
    [InlineData(null, "", ChangeKind.Narrowing)]
    [InlineData("planner agent", "planner agent", ChangeKind.None)]
    [InlineData("planner agent", "agent planner", ChangeKind.Widening)]
    [InlineData("planner agent", "planner agent scribe", ChangeKind.Widening)]
    [InlineData("planner agent", "planner scribe", ChangeKind.Widening)]
    [InlineData("planner agent", null, ChangeKind.Widening)]
    [InlineData("", "agent", ChangeKind.Widening)]
    [InlineData("", null, ChangeKind.Widening)]
    public void Compare_OfTwoOrders_OnlyWhatIsLeftIsNarrower(string? before, string? after, ChangeKind expected)
    {
        var (one, other) = (Naming(before), Naming(after));

        Assert.Equal(expected, AccessDiff.Classify(one, other));
        Assert.Equal(expected == ChangeKind.None, one.Fingerprint == other.Fingerprint);
    }

    // A node of a version before closes what it does not understand.
    [Theory]
    [InlineData(null, false)]
    [InlineData("", true)]
    [InlineData("planner", true)]
    public void Serialize_OfAClient_NamesTheMemberWhereItSaysSomething(string? actors, bool isWritten) =>
        Assert.Equal(isWritten, RegistryJson.Serialize(Naming(actors).Client).Contains("\"actors\"", StringComparison.Ordinal));

    private static ApprovedInput Naming(string? actors) =>
        new(
            TestRegistry.Client() with
            {
                DelegationDepth = 2,
                Actors = actors?.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            },
            TestRegistry.UseCase(),
            TestRegistry.Agreement(),
            TestRegistry.Organization(),
            [TestRegistry.Credential()]
        );
}
