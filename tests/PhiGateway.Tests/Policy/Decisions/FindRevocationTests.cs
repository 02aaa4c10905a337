using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

public sealed class FindRevocationTests
{
    [Theory]
    [InlineData(RevocationTarget.Client, "connector", "revoked")]
    [InlineData(RevocationTarget.Client, "Connector", null)]
    [InlineData(RevocationTarget.Credential, "connector-oidc", "revoked")]
    [InlineData(RevocationTarget.Organization, "acme", "revoked")]
    [InlineData(RevocationTarget.UseCase, "lab", "revoked")]
    [InlineData(RevocationTarget.Tenant, "north", "revoked")]
    [InlineData(RevocationTarget.Tenant, "south", null)]
    [InlineData(RevocationTarget.Issuer, "idp", "revoked")]
    [InlineData(RevocationTarget.Issuer, "other", null)]
    [InlineData(RevocationTarget.Token, "jti", "token-revoked")]
    [InlineData(RevocationTarget.Token, "other", null)]
    [InlineData(RevocationTarget.TokenHash, "00", "token-revoked")]
    [InlineData(RevocationTarget.TokenHash, "01", null)]
    public void FindRevocation_Target_IsFoundOrNot(RevocationTarget target, string value, string? expected)
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(), TestRegistry.Revocation(target, value));
        Assert.Equal(expected, PolicyDecisionPoint.FindRevocation(Asked.Caller(), "north", snapshot)?.Code);
        var decision = PolicyDecisionPoint.Decide(Asked.For("connector", Asked.Read("Observation")), snapshot);
        Assert.Equal(expected, (decision as Deny)?.Reason.Code);
    }

    [Theory]
    [InlineData("whole", "token-revoked")]
    [InlineData("MIRRORED", "token-revoked")]
    [InlineData("another", null)]
    public void FindRevocation_HashOfATokensWholeText_IsFoundOrNot(string value, string? expected)
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(), TestRegistry.Revocation(RevocationTarget.TokenHash, value));
        var caller = Asked.Caller() with { TokenTextHashes = ["whole", "mirrored"] };
        Assert.Equal(expected, PolicyDecisionPoint.FindRevocation(caller, "north", snapshot)?.Code);
    }

    [Theory]
    [InlineData("idp", "token-revoked")]
    [InlineData("other", null)]
    [InlineData(null, "token-revoked")]
    public void FindRevocation_TokenIdOfAnIssuer_CountsThereOnly(string? issuer, string? expected)
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(), TestRegistry.Revocation(RevocationTarget.Token, "jti", issuer));
        Assert.Equal(expected, PolicyDecisionPoint.FindRevocation(Asked.Caller(), "north", snapshot)?.Code);
    }

    [Theory]
    [InlineData("idp", -30, null)]
    [InlineData("idp", -29, "token-revoked")]
    [InlineData("other", 0, null)]
    [InlineData(null, 0, "token-revoked")]
    public void FindRevocation_IssuedBefore_KillsEarlierTokensOnly(string? issuer, int seconds, string? expected)
    {
        var snapshot = TestRegistry.Build(
            TestRegistry.Open(),
            TestRegistry.Revocation(RevocationTarget.IssuedBefore, "*", issuer, TestRegistry.Now.AddSeconds(seconds))
        );
        Assert.Equal(expected, PolicyDecisionPoint.FindRevocation(Asked.Caller(), "north", snapshot)?.Code);
    }

    [Theory]
    [InlineData("idp", "doctor", -30, null)]
    [InlineData("idp", "doctor", -29, "token-revoked")]
    [InlineData("idp", "connector", -29, "token-revoked")]
    [InlineData("idp", "deputy-agent", -29, "token-revoked")]
    [InlineData(null, "doctor", -29, "token-revoked")]
    [InlineData("other", "doctor", 0, null)]
    [InlineData("idp", "somebody", 0, null)]
    [InlineData("idp", "Doctor", 0, null)]
    public void FindRevocation_Subject_KillsEarlierTokensOfWhoeverStandsBehindThem(
        string? issuer,
        string subject,
        int seconds,
        string? expected
    )
    {
        var snapshot = TestRegistry.Build(
            TestRegistry.Open(),
            TestRegistry.Revocation(RevocationTarget.Subject, subject, issuer, TestRegistry.Now.AddSeconds(seconds))
        );
        var caller = Asked.Caller() with { Subject = "doctor", Actors = ["agent", "deputy-agent"] };
        Assert.Equal(expected, PolicyDecisionPoint.FindRevocation(caller, "north", snapshot)?.Code);
    }

    [Fact]
    public void FindRevocation_SubjectLifted_IsNoLongerFound()
    {
        var moment = TestRegistry.Now;
        var snapshot = TestRegistry.Build(
            TestRegistry.Open(),
            TestRegistry.Revocation(RevocationTarget.Subject, "connector", "idp", moment),
            TestRegistry.Revocation(RevocationTarget.Subject, "connector", "idp", moment, lifted: true, number: 2)
        );
        Assert.Null(PolicyDecisionPoint.FindRevocation(Asked.Caller(), "north", snapshot));
    }

    [Fact]
    public void FindRevocation_Lifted_IsNoLongerFound()
    {
        var snapshot = TestRegistry.Build(
            TestRegistry.Open(),
            TestRegistry.Revocation(RevocationTarget.Client, "connector"),
            TestRegistry.Revocation(RevocationTarget.Client, "connector", lifted: true, number: 2)
        );
        Assert.Null(PolicyDecisionPoint.FindRevocation(Asked.Caller(), "north", snapshot));
    }

    [Fact]
    public void Apply_RevocationSeenAgainAfterItsLifting_StaysLifted()
    {
        var builder = new RegistrySnapshotBuilder();
        var revoked = TestRegistry.Revocation(RevocationTarget.Client, "connector");
        builder.Rebuild(
            TestRegistry.Changes(TestRegistry.Open().Select(static entity => TestRegistry.Item(entity)), revocations: [revoked])
        );
        var snapshot = builder.Apply(
            TestRegistry.Changes(
                [],
                2,
                revocations: [TestRegistry.Revocation(RevocationTarget.Client, "connector", lifted: true, number: 2), revoked]
            )
        );
        Assert.Null(PolicyDecisionPoint.FindRevocation(Asked.Caller(), "north", snapshot));
        snapshot = builder.Apply(
            TestRegistry.Changes([], 3, revocations: [TestRegistry.Revocation(RevocationTarget.Client, "connector", number: 3)])
        );
        Assert.Equal(DenyReason.Revoked, PolicyDecisionPoint.FindRevocation(Asked.Caller(), "north", snapshot));
    }

    [Fact]
    public void FindRevocation_UnknownClient_IsLeftToDecide()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(), TestRegistry.Revocation(RevocationTarget.Client, "stranger"));
        Assert.Null(PolicyDecisionPoint.FindRevocation(Asked.Caller("stranger"), "north", snapshot));
        Assert.Equal(
            DenyReason.UnknownClient,
            Assert.IsType<Deny>(PolicyDecisionPoint.Decide(Asked.For("stranger", Asked.Read("Observation")), snapshot)).Reason
        );
    }

    [Fact]
    public void Rebuild_IssuedBeforeWithoutMoment_KillsWhatWasIssuedUntilThen()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(), TestRegistry.Revocation(RevocationTarget.IssuedBefore, "*"));
        Assert.Equal(DenyReason.TokenRevoked, PolicyDecisionPoint.FindRevocation(Asked.Caller(), "north", snapshot));
        Assert.Single(snapshot.Problems);
    }
}
