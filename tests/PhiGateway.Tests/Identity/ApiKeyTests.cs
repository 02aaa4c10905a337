using System.Net;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>An API key is recognised by its hash, and worth what the client's path, networks and the key's end leave of it.</summary>
public sealed class ApiKeyTests
{
    private const string Key = "phik_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    private static readonly Client InItsNetwork = TestRegistry.Client() with { Networks = ["203.0.113.0/24"] };

    private static readonly Credential Registered = new()
    {
        Id = "analyzer-key",
        Client = "connector",
        Kind = CredentialKind.ApiKey,
        KeyHash = HashOf(Key),
        Created = new DateOnly(2026, 1, 1),
        Expires = new DateOnly(2026, 12, 31),
    };

    [Fact]
    public void Decide_RegisteredKeyFromTheNetwork_IsPermittedAndOnlyThat()
    {
        Assert.Null(Decide(Registered, InItsNetwork));
        Assert.Equal(DenyReason.WrongNetwork, Decide(Registered, InItsNetwork, peer: "198.51.100.1"));
        Assert.Equal(DenyReason.WrongNetwork, Decide(Registered, TestRegistry.Client()));
        Assert.Equal(DenyReason.CredentialExpired, Decide(Registered with { Expires = new DateOnly(2026, 5, 1) }, InItsNetwork));
        Assert.Equal(DenyReason.CredentialExpired, Decide(Registered with { Expires = null }, InItsNetwork));
        Assert.Equal(DenyReason.CredentialExpired, Decide(Registered with { OverlapUntil = TestRegistry.Now }, InItsNetwork));
        Assert.Null(Decide(Registered with { OverlapUntil = TestRegistry.Now.AddHours(1) }, InItsNetwork));
        Assert.Equal(DenyReason.BindingRequired, Decide(Registered, InItsNetwork with { Requires = ["dpop"] }));
        Assert.Equal(DenyReason.ClientTokenLifetime, Decide(Registered, InItsNetwork with { MaxTokenLifetimeSeconds = 300 }));
        Assert.Equal(DenyReason.ClientNotActive, Decide(Registered, InItsNetwork with { Status = ClientStatus.Suspended }));
    }

    [Fact]
    public void Decide_RevokedOrUnapprovedKey_IsRefused()
    {
        Assert.Equal(
            DenyReason.Revoked,
            Decide(Registered, InItsNetwork, null, TestRegistry.Revocation(RevocationTarget.Credential, "analyzer-key"))
        );
        Assert.Equal(
            DenyReason.TokenRevoked,
            Decide(Registered, InItsNetwork, null, TestRegistry.Revocation(RevocationTarget.TokenHash, HashOf(Key)))
        );
        var unapproved = TestRegistry.Build([.. TestRegistry.Open(client: InItsNetwork), Registered]);
        Assert.Equal(DenyReason.ApprovalStale, Assert.IsType<Deny>(Decide(unapproved, "203.0.113.7")).Reason);
    }

    [Theory]
    [InlineData("phik_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9")]
    [InlineData("phik_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh")]
    [InlineData("phik_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8A")]
    [InlineData("phik_")]
    public void Read_AnotherKey_IsNoCaller(string key) =>
        Assert.Equal(DenyReason.InvalidToken, Reader(Approved(Registered, InItsNetwork)).Read(key, isDpop: false).Refusal);

    [Theory]
    [InlineData("phik_abc", true)]
    [InlineData("PHIK_abc", true)]
    [InlineData("Phik_abc", true)]
    [InlineData("phik_", true)]
    [InlineData("phik", false)]
    [InlineData("xphik_abc", false)]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.c2ln", false)]
    public void IsKey_WhateverItsLetters_IsNeverShownToAnIssuer(string credential, bool expected)
    {
        Assert.Equal(expected, ApiKeyReader.IsKey(credential));
        Assert.Equal(
            DenyReason.InvalidToken,
            Reader(Approved(Registered, InItsNetwork)).Read(Key.ToUpperInvariant(), isDpop: false).Refusal
        );
    }

    [Fact]
    public void Read_KeysNotTaken_IsNoCaller()
    {
        var none = new ApiKeyReader(null, string.Empty, ScopeSet.Empty);

        Assert.Equal(DenyReason.InvalidToken, none.Read(Key, isDpop: false).Refusal);
        Assert.Equal(DenyReason.InvalidToken, Reader(Approved(Registered, InItsNetwork)).Read(Key, isDpop: true).Refusal);
        Assert.NotNull(Reader(Approved(Registered, InItsNetwork)).Read(Key, isDpop: false).Caller);
    }

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)));

    private static DenyReason? Decide(Credential key, Client client, string? peer = null, params Revocation[] revocations) =>
        Decide(Approved(key, client, revocations), peer ?? "203.0.113.7") is Deny deny ? deny.Reason : null;

    private static Decision Decide(RegistrySnapshot snapshot, string peer) =>
        PolicyDecisionPoint.Decide(
            Asked.For(
                Reader(snapshot).Read(Key, isDpop: false).Caller!,
                Asked.Search("Observation") with
                {
                    Patients = [PatientId.Parse("17")],
                }
            ) with
            {
                Peer = IPAddress.Parse(peer),
            },
            snapshot
        );

    private static RegistrySnapshot Approved(Credential key, Client client, params Revocation[] revocations)
    {
        List<IRegistryEntity> entities =
        [
            TestRegistry.Organization(),
            TestRegistry.Agreement(),
            TestRegistry.UseCase(),
            client,
            TestRegistry.Roster(),
            TestRegistry.Credential(),
            key,
        ];
        var fingerprint = TestRegistry.Build(entities).FindClientById("connector")!.Fingerprint;
        return TestRegistry.Build([.. entities, TestRegistry.Approval(fingerprint)], revocations);
    }

    private static ApiKeyReader Reader(RegistrySnapshot snapshot) =>
        new(new One(snapshot), "production", SmartScopeReader.Read("system/*.cruds"));

    private sealed record One(RegistrySnapshot Current) : ISnapshotSource;
}
