using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Approvals;

/// <summary>Who may come, and what must be proven, is approved with the rest.</summary>
public sealed class CredentialApprovalTests
{
    private static readonly Credential First = Certificate("cert-1", 'a');

    private static readonly Credential Second = Certificate("cert-2", 'b');

    [Fact]
    public void Decide_AnotherClientIdRegistered_IsStaleForBoth()
    {
        var snapshot = TestRegistry.Build([.. TestRegistry.Open(), TestRegistry.Credential("extra", clientId: "newcomer")]);
        Assert.Equal("approval-stale", Refusal(snapshot, "newcomer"));
        Assert.Equal("approval-stale", Refusal(snapshot, "connector"));
    }

    [Fact]
    public void Decide_CredentialsAsApproved_IsPermitted() => Assert.Null(Refusal(TestRegistry.Build(TestRegistry.Open()), "connector"));

    [Fact]
    public void Decide_LastCertificateRemoved_IsStaleAndNotServedByBearer()
    {
        var bound = Approved([TestRegistry.Credential(), First]);
        Assert.Equal("binding-required", Refusal(TestRegistry.Build(bound), "connector"));
        Assert.Equal("approval-stale", Refusal(TestRegistry.Build(bound.Where(static entity => entity.Id != "cert-1")), "connector"));
    }

    [Fact]
    public void Decide_RevokedCredentialUnderAnotherName_IsStale()
    {
        var renamed = TestRegistry.Open().Select(static entity => entity is Credential old ? old with { Id = "again" } : entity);
        Assert.Equal("approval-stale", Refusal(TestRegistry.Build(renamed), "connector"));
    }

    [Fact]
    public void RightsFingerprint_KeyRotated_IsTheSame()
    {
        var before = TestRegistry.Build(Approved([TestRegistry.Credential(), First])).FindClientById("connector")!;
        var after = TestRegistry.Build(Approved([TestRegistry.Credential(), Second])).FindClientById("connector")!;
        var wider = TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase() with { Purposes = ["TREAT", "COC"] }));
        Assert.NotEqual(before.Fingerprint, after.Fingerprint);
        Assert.Equal(before.RightsFingerprint, after.RightsFingerprint);
        Assert.NotEqual(before.RightsFingerprint, wider.FindClientById("connector")!.RightsFingerprint);
    }

    [Fact]
    public void Decide_DatesOfACredentialChanged_IsPermitted()
    {
        var extended = TestRegistry
            .Open()
            .Select(static entity => entity is Credential old ? old with { Expires = new DateOnly(2026, 9, 1) } : entity);
        Assert.Null(Refusal(TestRegistry.Build(extended), "connector"));
    }

    [Fact]
    public void Door_ApprovedBeforeCredentialsCounted_SaysSo()
    {
        var open = TestRegistry.Open();
        const string versionOne = "230d6b3dcfd7f48ae81a525d6801e4b57d782d96330499090443e4e99db515d1";
        var earlier = open.Select(static entity => entity is Approval approval ? approval with { Fingerprint = versionOne } : entity);
        var snapshot = TestRegistry.Build(earlier);
        Assert.Equal("approval-stale", Refusal(snapshot, "connector"));
        Assert.Contains("before credentials were part", Advice(snapshot), StringComparison.Ordinal);

        var other = open.Select(static entity =>
            entity is Approval approval ? approval with { Fingerprint = new string('0', 64) } : entity
        );
        Assert.DoesNotContain("before credentials were part", Advice(TestRegistry.Build(other)), StringComparison.Ordinal);
    }

    [Fact]
    public void KeepsApproval_NewCertificateTakesOver_Goes()
    {
        Assert.True(Keeps([First], [Ending(First, 7), Second]));
        Assert.True(Keeps([Ending(First, 7), Second], [Second]));
    }

    [Fact]
    public void KeepsApproval_WhatIsNoRotation_DoesNotGo()
    {
        var oidc = TestRegistry.Credential();
        // A second key beside the first, one that brings its own end, and an overlap that is two keys.
        Assert.False(Keeps([First], [First, Second]));
        Assert.False(Keeps([First], [First, Ending(Second, 7)]));
        Assert.False(Keeps([First], [Ending(First, CredentialSuccession.LongestOverlapDays + 1), Second]));

        // Exchanged without an overlap, and two in the place of one.
        Assert.False(Keeps([First], [Second]));
        Assert.False(Keeps([First], [Ending(First, 7), Second, Certificate("cert-3", 'c')]));

        // The last one goes, and one that no newer took over from.
        Assert.False(Keeps([First], []));
        Assert.False(Keeps([Ending(First, 7)], []));
        Assert.False(Keeps([First, Second], [Second]));

        // Another client id or issuer is another party.
        Assert.False(Keeps([oidc], [Ending(oidc, 7), TestRegistry.Credential("extra", clientId: "newcomer")]));
        Assert.False(Keeps([oidc], [Ending(oidc, 7), oidc with { Id = "extra", Issuer = "elsewhere" }]));
        Assert.False(Keeps([oidc], [Ending(oidc, 7), First]));
    }

    [Fact]
    public void KeepsApproval_NewApiKeyTakesOver_DoesNotGo_AndTheOldOneThatWasReplacedMayEnd()
    {
        var (first, second) = (ApiKey("key-1", 'a'), ApiKey("key-2", 'b'));
        Assert.False(Keeps([first], [Ending(first, 7), second]));
        Assert.True(Keeps([Ending(first, 7), second], [second]));
    }

    [Fact]
    public void KeepsApproval_AnotherWorkload_DoesNotGo()
    {
        var (first, second) = (Workload("w-1", "lab"), Workload("w-2", "mine"));
        Assert.False(Keeps([first], [Ending(first, 7), second]));
        Assert.False(Keeps([first], [Ending(first, 0), second]));
        Assert.True(Keeps([first], [first]));
    }

    [Theory]
    // Who gets its tokens from an issuer elsewhere proves the certificate beside the token, and whoever has a key here beside the key.
    [InlineData("idp", false, false)]
    [InlineData("idp", true, true)]
    [InlineData("ours", false, true)]
    [InlineData(null, false, true)]
    public void KeepsApproval_AnotherCertificate_GoesUnlessItAloneSaysWhoComes(string? tokenService, bool hasKey, bool keeps)
    {
        Credential[] others = hasKey ? [TestRegistry.Credential(), ClientKey("key-1")] : [TestRegistry.Credential()];
        Assert.Equal(
            keeps,
            CredentialSuccession.KeepsApproval([.. others, First], [.. others, Ending(First, 7), Second], TestRegistry.Now, tokenService)
        );

        // What was replaced may go in any case.
        Assert.True(
            CredentialSuccession.KeepsApproval([.. others, Ending(First, 7), Second], [.. others, Second], TestRegistry.Now, tokenService)
        );
    }

    [Fact]
    public void KeepsApproval_AnotherKeyAtTheTokenService_DoesNotGo_AndTheOldOneThatWasReplacedMayEnd()
    {
        var (first, second) = (ClientKey("key-1"), ClientKey("key-2"));
        Assert.False(Keeps([first], [Ending(first, 7), second]));
        Assert.True(Keeps([Ending(first, 7), second], [second]));

        // With a certificate exchanged in the same act neither vouches for the other.
        Assert.False(Keeps([first, First], [Ending(first, 7), second, Ending(First, 7), Second]));
    }

    [Fact]
    public void Compare_FirstCertificateThatGetsTokensAlone_IsWider()
    {
        var oidc = TestRegistry.Credential();
        Assert.Equal(ChangeKind.Widening, AccessDiff.Classify(Input([oidc]), Input([oidc, First]), "idp"));
        Assert.Equal(ChangeKind.Narrowing, AccessDiff.Classify(Input([oidc]), Input([oidc, First]), "ours"));
        Assert.Equal(ChangeKind.Narrowing, AccessDiff.Classify(Input([oidc, ClientKey("k")]), Input([oidc, ClientKey("k"), First]), "idp"));
    }

    [Fact]
    public void Compare_LastKeyGoneBesideACertificate_IsWider_SinceThatProvesAlone()
    {
        var (oidc, key) = (TestRegistry.Credential(), Workload("k", "x") with { Kind = CredentialKind.ClientKey, SpiffeId = null });
        Assert.Equal(ChangeKind.Widening, AccessDiff.Classify(Input([oidc, key, First]), Input([oidc, First])));
        Assert.Equal(ChangeKind.Narrowing, AccessDiff.Classify(Input([oidc, key]), Input([oidc])));
    }

    [Fact]
    public void Compare_FirstCertificate_IsNarrowerAndTheLastGoneIsWider()
    {
        var oidc = TestRegistry.Credential();
        Assert.Equal(ChangeKind.Narrowing, AccessDiff.Classify(Input([oidc]), Input([oidc, First])));
        Assert.Equal(ChangeKind.Widening, AccessDiff.Classify(Input([oidc, First]), Input([oidc])));
        Assert.Equal(ChangeKind.Narrowing, AccessDiff.Classify(Input([oidc, First, Second]), Input([oidc, Second])));
        Assert.Equal(ChangeKind.Widening, AccessDiff.Classify(Input([oidc, First]), Input([oidc, First, Second])));
    }

    private static ApprovedInput Input(Credential[] credentials) =>
        new(TestRegistry.Client(), TestRegistry.UseCase(), TestRegistry.Agreement(), TestRegistry.Organization(), credentials);

    private static bool Keeps(Credential[] before, Credential[] after) =>
        CredentialSuccession.KeepsApproval(before, after, TestRegistry.Now);

    private static Credential Ending(Credential credential, int days) => credential with { OverlapUntil = TestRegistry.Now.AddDays(days) };

    private static Credential Workload(string id, string name) =>
        new()
        {
            Id = id,
            Client = "connector",
            Kind = CredentialKind.Spiffe,
            SpiffeId = "spiffe://hospital.example/" + name,
        };

    private static Credential ApiKey(string id, char digit) =>
        new()
        {
            Id = id,
            Client = "connector",
            Kind = CredentialKind.ApiKey,
            KeyHash = new string(digit, 64),
        };

    private static Credential ClientKey(string id) =>
        new()
        {
            Id = id,
            Client = "connector",
            Kind = CredentialKind.ClientKey,
            Issuer = "idp",
            ClientId = "connector",
            JwksUri = $"https://connector.example/{id}.json",
        };

    private static Credential Certificate(string id, char digit) =>
        new()
        {
            Id = id,
            Client = "connector",
            Kind = CredentialKind.Certificate,
            Thumbprint = new string(digit, 64),
        };

    private static List<IRegistryEntity> Approved(Credential[] credentials)
    {
        var fingerprint = Input(credentials).Fingerprint;
        return
        [
            .. TestRegistry.Open().Where(static entity => entity is not (Credential or Approval)),
            .. credentials,
            TestRegistry.Approval(fingerprint),
        ];
    }

    private static string? Refusal(RegistrySnapshot snapshot, string clientId) =>
        (
            PolicyDecisionPoint.Decide(
                Asked.For(
                    Asked.Caller(clientId),
                    Asked.Read("Observation") with
                    {
                        Patients = [PhiGateway.Policy.Vocabulary.PatientId.Parse("17")],
                    }
                ),
                snapshot
            ) as Deny
        )
            ?.Reason
            .Code;

    private static string Advice(RegistrySnapshot snapshot) =>
        Posture
            .Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now)
            .Single(static door => door.Name == "approval-fingerprint")
            .ToOpen!;
}
