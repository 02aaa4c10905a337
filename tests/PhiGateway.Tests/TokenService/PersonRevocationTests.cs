using System.Text.Json.Nodes;
using PhiGateway.Identity.Assertions;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>What is revoked of a provider of persons gives no tokens from then on, and stops those that it gave.</summary>
public sealed class PersonRevocationTests : IDisposable
{
    private const string Idp = "https://idp.people.example";

    private static readonly Credential Registered = new()
    {
        Id = "connector-people",
        Client = "connector",
        Kind = CredentialKind.IdentityAssertion,
        Issuer = "people",
        ClientId = "connector",
    };

    private readonly SigningKey _idp = SigningKey.Es256("idp-1");
    private readonly string _keys = Path.GetTempFileName();

    public PersonRevocationTests() => File.WriteAllText(_keys, SigningKey.Jwks([_idp]));

    public void Dispose() => File.Delete(_keys);

    [Theory]
    [InlineData(RevocationTarget.Issuer, "people", null, "id-jag:provider")]
    [InlineData(RevocationTarget.Issuer, "others", null, null)]
    [InlineData(RevocationTarget.IssuedBefore, "*", "people", "id-jag:revoked")]
    [InlineData(RevocationTarget.IssuedBefore, "*", "others", null)]
    [InlineData(RevocationTarget.Subject, "dr-mary", "people", "id-jag:revoked")]
    [InlineData(RevocationTarget.Subject, "dr-john", "people", null)]
    [InlineData(RevocationTarget.Credential, "connector-people", null, "id-jag:provider")]
    [InlineData(RevocationTarget.Credential, "another", null, null)]
    public async Task Revoked_OfAProvider_GivesNoTokensAndStopsThoseItGave(
        RevocationTarget target,
        string value,
        string? issuer,
        string? rule
    )
    {
        using var world = new TokenWorld(also: Registered, provider: Provider());
        var given = await AskAsync(world, "one");
        Assert.True(given.Status == 200, given.Error);
        DateTimeOffset? before = target is RevocationTarget.IssuedBefore or RevocationTarget.Subject
            ? world.Clock.GetUtcNow().AddMinutes(1)
            : null;

        world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), TestRegistry.Revocation(target, value, issuer, before));
        var again = await AskAsync(world, "two");

        Assert.Equal(rule is null ? null : "invalid_grant", again.Error);
        Assert.Equal(rule is null, (bool)(await world.IntrospectAsync(world.Assertion("three"), given.Token)).Json!["active"]!);
        Assert.Equal(rule is not null, world.Journal.Records.Any(record => record.Rule == rule && rule is not null));
        var person = Asked.Caller() with { Subject = "people|dr-mary", IssuedAt = world.Clock.GetUtcNow() };
        Assert.Equal(rule is null, PolicyDecisionPoint.FindRevocation(person, "north", world.Current) is null);

        // What the client does for itself goes on, and so does a token of an issuer that only writes its subjects alike.
        Assert.Null(PolicyDecisionPoint.FindRevocation(person with { Subject = "connector" }, "north", world.Current));
        Assert.Null(PolicyDecisionPoint.FindRevocation(person with { Subject = "auth0|dr-mary" }, "north", world.Current));
        Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(world.Assertion("four")))).Status);
    }

    private IdentityProviderOptions Provider() =>
        new()
        {
            Name = "people",
            Issuer = Idp,
            Jwks = _keys,
            Algorithms = ["ES256"],
        };

    private Task<TokenReply> AskAsync(TokenWorld world, string id)
    {
        var now = world.Clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = Idp,
            ["sub"] = "dr-mary",
            ["aud"] = TokenWorld.Issuer,
            ["client_id"] = "connector",
            ["jti"] = "jag-" + id,
            ["iat"] = now,
            ["exp"] = now + 300,
        };
        var header = new JsonObject
        {
            ["alg"] = "ES256",
            ["kid"] = "idp-1",
            ["typ"] = "oauth-id-jag+jwt",
        };
        var form = TokenWorld.Form(world.Assertion(id), "user/Observation.r");
        form["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        form["assertion"] = _idp.Token(header.ToJsonString(), claims.ToJsonString());
        return world.AskAsync(form);
    }
}
