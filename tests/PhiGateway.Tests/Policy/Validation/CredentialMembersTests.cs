using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Validation;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Validation;

/// <summary>Every kind of credential has its own members in their exact forms, and none of another's.</summary>
public sealed class CredentialMembersTests
{
    private const string Hash = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789";
    private const string Jwk = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

    private static readonly Credential Oidc = TestRegistry.Credential();
    private static readonly Credential Empty = new() { Id = "k", Client = "connector" };
    private static readonly Credential Tls = Empty with { Kind = CredentialKind.TlsClientAuth, Issuer = "idp", ClientId = "connector" };

    public static TheoryData<Credential> Sound =>
        [
            Oidc,
            Oidc with
            {
                ClientId = "elsewhere|connector",
            },
            Tls with
            {
                Kind = CredentialKind.IdentityAssertion,
                Issuer = "people",
            },
            Empty with
            {
                Kind = CredentialKind.Certificate,
                Thumbprint = Hash.ToUpperInvariant(),
            },
            Empty with
            {
                Kind = CredentialKind.Spiffe,
                SpiffeId = "spiffe://hospital.example/ns/lab/sa/feed",
            },
            Empty with
            {
                Kind = CredentialKind.Spiffe,
                SpiffeId = "spiffe://h_1/Feed.v2",
            },
            Empty with
            {
                Kind = CredentialKind.Spiffe,
                SpiffeId = $"spiffe://{new string('a', 255)}/x",
            },
            Empty with
            {
                Kind = CredentialKind.ApiKey,
                KeyHash = Hash,
                Expires = new DateOnly(2026, 12, 31),
            },
            Empty with
            {
                Kind = CredentialKind.ClientSecret,
                Issuer = "idp",
                ClientId = "connector",
            },
            Empty with
            {
                Kind = CredentialKind.Jwks,
                Issuer = "idp",
                ClientId = "connector",
                JwksUri = "https://acme.example/keys.json",
            },
            Empty with
            {
                Kind = CredentialKind.Jwks,
                JwkThumbprint = Jwk,
            },
            Tls with
            {
                SubjectDn = "CN=feed,OU=Lab,O=Hospital\\, North,C=US",
            },
            Tls with
            {
                SanDns = "feed.Hospital.example",
            },
            Tls with
            {
                SanUri = "urn:hospital:feed",
            },
        ];

    public static TheoryData<string, Credential> Spoiled =>
        new()
        {
            { "clientId", Empty with { Issuer = "idp" } },
            { "clientId", Empty with { Kind = CredentialKind.ClientSecret, ClientId = "connector" } },
            { "thumbprint", Oidc with { Thumbprint = Hash } },
            { "spiffeId", Oidc with { SpiffeId = "spiffe://a/b" } },
            { "subjectDn", Oidc with { SubjectDn = "CN=a" } },
            { "sanDns", Oidc with { SanDns = "a.example" } },
            { "sanUri", Oidc with { SanUri = "urn:a" } },
            { "clientId", Tls with { SanUri = "urn:a", Issuer = null } },
            { "clientId", Tls with { Kind = CredentialKind.IdentityAssertion, Issuer = "people", ClientId = "people|dr-mary" } },
            { "subjectDn", Tls },
            { "subjectDn", Tls with { SubjectDn = "CN=a", SanDns = "a.example" } },
            { "subjectDn", Tls with { SanDns = "a.example", SanUri = "urn:a" } },
            { "subjectDn", Tls with { SubjectDn = string.Empty } },
            { "subjectDn", Tls with { SubjectDn = "feed" } },
            { "subjectDn", Tls with { SubjectDn = "CN=a+OU=b" } },
            { "subjectDn", Tls with { SubjectDn = "CN=a," } },
            { "sanDns", Tls with { SanDns = "*.hospital.example" } },
            { "sanDns", Tls with { SanDns = "-feed.hospital.example" } },
            { "sanDns", Tls with { SanDns = "feed..example" } },
            { "sanUri", Tls with { SanUri = "feed" } },
            { "sanUri", Tls with { SanUri = "urn:a b" } },
            { "sanUri", Tls with { SanUri = "urn:" + new string('a', 2048) } },
            { "keyHash", Oidc with { KeyHash = Hash } },
            { "jwksUri", Oidc with { JwksUri = "https://a.example/k" } },
            { "issuer", Empty with { Kind = CredentialKind.Certificate, Thumbprint = Hash, Issuer = "idp" } },
            { "clientId", Empty with { Kind = CredentialKind.ApiKey, KeyHash = Hash, ClientId = "connector" } },
            { "thumbprint", Empty with { Kind = CredentialKind.Certificate, Thumbprint = Hash[1..] } },
            { "keyHash", Empty with { Kind = CredentialKind.ApiKey, KeyHash = Hash.ToUpperInvariant() } },
            { "keyHash", Empty with { Kind = CredentialKind.ApiKey, KeyHash = "phigw_secret" } },
            { "spiffeId", Spiffe(null) },
            { "spiffeId", Spiffe("spiffe://hospital.example") },
            { "spiffeId", Spiffe("spiffe://hospital.example/") },
            { "spiffeId", Spiffe("spiffe:///feed") },
            { "spiffeId", Spiffe("SPIFFE://hospital.example/feed") },
            { "spiffeId", Spiffe("https://hospital.example/feed") },
            { "spiffeId", Spiffe("spiffe://Hospital.example/feed") },
            { "spiffeId", Spiffe("spiffe://hospital.example:8443/feed") },
            { "spiffeId", Spiffe("spiffe://me@hospital.example/feed") },
            { "spiffeId", Spiffe("spiffe://hospital.example/a//b") },
            { "spiffeId", Spiffe("spiffe://hospital.example/a/../b") },
            { "spiffeId", Spiffe("spiffe://hospital.example/a/.") },
            { "spiffeId", Spiffe("spiffe://hospital.example/a%2fb") },
            { "spiffeId", Spiffe("spiffe://hospital.example/a?b") },
            { "spiffeId", Spiffe("spiffe://hospital.example/\u0430") },
            { "spiffeId", Spiffe($"spiffe://{new string('a', 256)}/x") },
            { "spiffeId", Spiffe("spiffe://hospital.example/" + new string('a', 2048)) },
            { "jwksUri", Jwks("http://acme.example/keys.json") },
            { "jwksUri", Jwks("https://user@acme.example/keys.json") },
            { "jwksUri", Jwks("https://acme.example/keys.json#one") },
            { "jwksUri", Jwks("https://acme.example/keys.json?tenant=1") },
            { "jwksUri", Jwks("https://ACME.example/keys.json") },
            { "jwksUri", Jwks("https://acme.example/a/../keys.json") },
            { "jwksUri", Jwks("/keys.json") },
            { "jwksUri", Jwks(null) },
            { "jwksUri", Jwks("https://acme.example/keys.json") with { JwkThumbprint = Jwk } },
            { "jwkThumbprint", Jwks(null) with { JwkThumbprint = Jwk + "=" } },
            { "jwkThumbprint", Jwks(null) with { JwkThumbprint = Jwk[..42] + "t" } },
        };

    [Theory]
    [MemberData(nameof(Sound), DisableDiscoveryEnumeration = true)]
    public void Validate_Sound_FindsNothing(Credential credential) => Assert.Empty(Validate(credential));

    [Theory]
    [MemberData(nameof(Spoiled), DisableDiscoveryEnumeration = true)]
    public void Validate_Spoiled_PointsAtTheMember(string member, Credential credential) =>
        Assert.Contains(Validate(credential), problem => problem.Path == $"credentials/{credential.Id}/{member}");

    [Theory]
    [MemberData(nameof(Sound), DisableDiscoveryEnumeration = true)]
    public void Validate_SameForTwoClients_IsSharedUnlessNothingTellsIt(Credential credential)
    {
        var problems = Validate(credential, credential with { Id = "second" });
        Assert.Equal(credential.Kind is CredentialKind.ClientSecret or CredentialKind.IdentityAssertion ? 0 : 2, problems.Count);
    }

    [Fact]
    public void Posture_DatesOfInventory_AreShownAndGuardNothing()
    {
        var key = Empty with
        {
            Id = "feed-key",
            Kind = CredentialKind.Jwks,
            JwksUri = "https://hospital.example/keys.json",
            Expires = new DateOnly(2026, 4, 1),
        };
        var snapshot = TestRegistry.Build([.. TestRegistry.Open(), key]);
        var doors = Posture.Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now);
        Assert.Equal(
            (false, false),
            doors.Single(static door => door.Name == "credential/feed-key") is var door ? (door.Open, door.Guards) : default
        );
        Assert.All(doors.Where(static door => door.Guards), static door => Assert.True(door.Open, door.Name));

        // Only inventory: nobody is recognised by it, and the posture says so.
        snapshot = TestRegistry.Build([.. TestRegistry.Open().Where(static entity => entity is not Credential), key]);
        Assert.False(
            Posture
                .Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now)
                .Single(static door => door.Name == "credential")
                .Open
        );
    }

    private static Credential Spiffe(string? id) => Empty with { Kind = CredentialKind.Spiffe, SpiffeId = id };

    private static Credential Jwks(string? uri) => Empty with { Kind = CredentialKind.Jwks, JwksUri = uri };

    private static IReadOnlyList<RegistryProblem> Validate(params IRegistryEntity[] written) =>
        RegistryValidator.Validate(
            written,
            static (kind, id) => TestRegistry.Open().Find(entity => RegistryPaths.KindOf(entity) == kind && entity.Id == id),
            static (_, _) => true,
            new DateOnly(2026, 5, 1)
        );
}
