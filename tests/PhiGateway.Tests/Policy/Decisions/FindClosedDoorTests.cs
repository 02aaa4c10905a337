using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

public sealed class FindClosedDoorTests
{
    private static readonly AccessPart Outside = new()
    {
        Interaction = Interaction.Delete,
        Type = ResourceType.Parse("Condition"),
        Id = "1",
    };

    [Fact]
    public void FindClosedDoor_PathOpen_LeavesThePartsToTheirOwnDecisions()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open());
        Assert.Null(PolicyDecisionPoint.FindClosedDoor(Asked.For("connector", Outside), snapshot));
        Assert.IsType<Deny>(PolicyDecisionPoint.Decide(Asked.For("connector", Outside), snapshot));
    }

    [Theory]
    [InlineData("unknown-client", "stranger", "north", "TREAT")]
    [InlineData("wrong-tenant", "connector", "east", "TREAT")]
    [InlineData("purpose-not-permitted", "connector", "north", "HMARKT")]
    public void FindClosedDoor_CallerMayNotAtAll_IsRefusedWhateverIsAsked(string reason, string client, string tenant, string purpose)
    {
        var caller = Asked.Caller(client) with { Purposes = [PurposeOfUse.Parse(purpose)] };
        var request = Asked.For(caller, Asked.Read("Observation")) with { Tenant = tenant };
        Assert.Equal(reason, PolicyDecisionPoint.FindClosedDoor(request, TestRegistry.Build(TestRegistry.Open()))?.Reason.Code);
    }

    [Fact]
    public void FindClosedDoor_Revoked_IsClosed()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(), TestRegistry.Revocation(RevocationTarget.Client, "connector"));
        Assert.Equal(
            "revoked",
            PolicyDecisionPoint.FindClosedDoor(Asked.For("connector", Asked.Read("Observation")), snapshot)?.Reason.Code
        );
    }

    [Theory]
    [InlineData("unknown-client", "stranger", "north")]
    [InlineData("wrong-tenant", "connector", "east")]
    [InlineData(null, "connector", "north")]
    public void FindEarlyDoor_BeforeAnythingIsKnownOfTheRequest_IsWhatTheWholeDecisionWouldSayFirst(
        string? reason,
        string client,
        string tenant
    )
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open());
        var request = Asked.For(client, Outside) with { Tenant = tenant };

        Assert.Equal(reason, PolicyDecisionPoint.FindEarlyDoor(request with { Parts = [] }, snapshot)?.Reason.Code);
        Assert.Equal(reason ?? "outside-use-case", Assert.IsType<Deny>(PolicyDecisionPoint.Decide(request, snapshot)).Reason.Code);
    }

    [Fact]
    public void FindEarlyDoor_WhatStandsAfterTheParts_IsNotAskedYet()
    {
        var caller = Asked.Caller() with { Purposes = [PurposeOfUse.Parse("HMARKT")] };

        Assert.Null(PolicyDecisionPoint.FindEarlyDoor(Asked.For(caller), TestRegistry.Build(TestRegistry.Open())));
    }
}
