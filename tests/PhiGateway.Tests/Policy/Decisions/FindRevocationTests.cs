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

    /// <summary>Purposes of the call, whether the registry's single purpose counts, purposes of the use case, whether it goes on.</summary>
    public static TheoryData<string, bool, string, bool> Purposes =>
        new()
        {
            { "TREAT", false, "TREAT HRESCH", true },
            { "COC", false, "TREAT", true },
            { "ETREAT", false, "TREAT ETREAT", true },
            { "BTG", false, "TREAT BTG", true },
            { "", true, "TREAT", true },
            { "HRESCH", false, "TREAT HRESCH", false },
            { "TREAT HRESCH", false, "TREAT HRESCH", false },
            { "POPHLTH", false, "TREAT", false },
            { "CLINTRL", false, "TREAT", false },
            { "HPAYMT", false, "HPAYMT", false },
            { "PATRQT", false, "PATRQT", false },
            { "", true, "HPAYMT", false },
            { "", true, "TREAT HPAYMT", false },
            { "", false, "TREAT", false },
            { "?", false, "TREAT", false },
        };

    /// <summary>A call is stopped or goes on by what it is for, a running answer as a new call; without the stop the same calls go by their purpose.</summary>
    [Theory]
    [MemberData(nameof(Purposes))]
    public void FindRevocation_StopOfOtherThanTreatment_GoesByThePurposeOfTheCall(
        string asserted,
        bool fromRegistry,
        string granted,
        bool goesOn
    )
    {
        var useCase = TestRegistry.UseCase() with { Purposes = granted.Split(' '), AllowsBreakGlass = true };
        var stop = TestRegistry.Revocation(RevocationTarget.OtherThanTreatment, "whatever stands here");
        var (stopped, open) = (TestRegistry.Build(TestRegistry.Open(useCase), stop), TestRegistry.Build(TestRegistry.Open(useCase)));
        var request = Asked.For("connector", Asked.Read("Observation"));
        request = request with
        {
            Justification = "unconscious",
            Caller = request.Caller with
            {
                Purposes = [.. asserted.Split(' ').Where(static code => code.Length > 1).Select(PurposeOfUse.Parse)],
                HasUnknownPurpose = asserted == "?",
                PurposeFromRegistry = fromRegistry,
            },
        };

        Assert.Equal(goesOn, PolicyDecisionPoint.FindRevocation(request.Caller, "north", stopped) is null);
        Assert.Equal(goesOn, (PolicyDecisionPoint.Decide(request, stopped) as Deny)?.Reason != DenyReason.Revoked);
        Assert.Equal(goesOn, PolicyDecisionPoint.Decide(request, stopped) is Permit);
        Assert.Null(PolicyDecisionPoint.FindRevocation(request.Caller, "north", open));
        Assert.NotEqual(DenyReason.Revoked, (PolicyDecisionPoint.Decide(request, open) as Deny)?.Reason);
    }

    /// <summary>Whose client has no purpose that goes on is given no token, and its posture says so; lifting opens both.</summary>
    [Theory]
    [InlineData("TREAT HRESCH", true)]
    [InlineData("HRESCH HPAYMT", false)]
    public void Stop_OfOtherThanTreatment_ClosesClientsThatHaveNoOther(string granted, bool isOpen)
    {
        var useCase = TestRegistry.UseCase() with { Purposes = granted.Split(' ') };
        var row = TestRegistry.Revocation(RevocationTarget.OtherThanTreatment, "*");
        var lift = TestRegistry.Revocation(RevocationTarget.OtherThanTreatment, "*", lifted: true, number: 2);

        foreach (var (revocations, open) in ((Revocation[], bool)[])[([row], isOpen), ([row, lift], true)])
        {
            var snapshot = TestRegistry.Build(TestRegistry.Open(useCase), revocations);
            Assert.Equal(open, TokenQuestions.Ask(snapshot, "idp", "connector", TestRegistry.Now, out var client) is null);
            Assert.Equal(open, Posture.Of(client!, snapshot, TestRegistry.Now)[0].Open);
        }
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

    // A new call of the same chain is refused for the actor: a running answer is cut for it.
    [Theory]
    [InlineData(RevocationTarget.Client, "agent", "revoked")]
    [InlineData(RevocationTarget.Credential, "agent-oidc", "revoked")]
    [InlineData(RevocationTarget.Client, "stranger", null)]
    [InlineData(RevocationTarget.Credential, "stranger-oidc", null)]
    public void FindRevocation_ActorInTheChain_IsFound(RevocationTarget target, string value, string? expected)
    {
        var snapshot = TestRegistry.Build(
            [.. TestRegistry.Open(), TestRegistry.Client("agent"), TestRegistry.Credential("agent-oidc", "agent", "agent")],
            TestRegistry.Revocation(target, value)
        );

        var caller = Asked.Caller() with { Actors = ["stranger", "agent"] };
        Assert.Equal(expected, PolicyDecisionPoint.FindRevocation(caller, "north", snapshot)?.Code);
        Assert.Null(PolicyDecisionPoint.FindRevocation(Asked.Caller(), "north", snapshot));
    }

    // The credential by which it came for the person was deleted meanwhile; an issuer elsewhere only writes its subjects alike.
    [Theory]
    [InlineData(true, "people|dr-mary", "revoked")]
    [InlineData(true, "others|dr-mary", null)]
    [InlineData(true, "connector", null)]
    [InlineData(false, "people|dr-mary", null)]
    public void FindRevocation_ProviderOfAPerson_IsFoundByWhoGaveTheToken(bool isOfTokenService, string subject, string? expected)
    {
        var key = TestRegistry.Credential("connector-key") with { Kind = CredentialKind.ClientKey, JwksUri = "https://keys.example/jwks" };
        var snapshot = TestRegistry.Build(
            [.. TestRegistry.Open(), .. isOfTokenService ? (IRegistryEntity[])[key] : []],
            TestRegistry.Revocation(RevocationTarget.Issuer, "people")
        );

        Assert.Equal(expected, PolicyDecisionPoint.FindRevocation(Asked.Caller() with { Subject = subject }, "north", snapshot)?.Code);
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
