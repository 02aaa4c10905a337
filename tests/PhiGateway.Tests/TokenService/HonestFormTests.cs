using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.TokenService.Configuration;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>What conforming clients send in more than one form passes in each of them, and what only looks alike does not.</summary>
public sealed class HonestFormTests : IDisposable
{
    private readonly TokenWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("ES384", true)]
    [InlineData("RS384", true)]
    [InlineData("ES384", false)]
    public async Task Token_AssertionWithoutAKeyId_IsOfTheOneKeyThatTheClientHas(string algorithm, bool isHers)
    {
        using var world = new TokenWorld(key: Make(algorithm));
        var key = isHers ? world.Key : Make(algorithm);

        var reply = await world.AskAsync(TokenWorld.Form(Unnamed(world, key)));

        Assert.Equal(isHers ? (200, null) : (400, "invalid_client"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Token_AssertionWithoutAKeyId_OfAClientWithTwoKeysOfItsSort_IsInvalidClient()
    {
        using var world = new TokenWorld(also: Registered(SigningKey.Es384("connector-2")));

        var reply = await world.AskAsync(TokenWorld.Form(Unnamed(world, world.Key)));

        Assert.Equal((400, "invalid_client"), (reply.Status, reply.Error));
        Assert.Equal("assertion:kid", world.Journal.Records[^1].Rule);
        Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(world.Assertion("named")))).Status);
    }

    [Fact]
    public async Task Token_AssertionWithoutAKeyId_OfAClientWithAKeyOfAnotherSortBeside_IsTaken()
    {
        using var world = new TokenWorld(also: Registered(SigningKey.Rs384("connector-2")));

        Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(Unnamed(world, world.Key)))).Status);
    }

    // A certificate and those above it (UDAP): some 9 KB of header.
    [Theory]
    [InlineData(3, 200)]
    [InlineData(6, 400)]
    public async Task Token_AssertionWithItsChain_IsReadUpToItsBound(int certificates, int status)
    {
        var header = _world.Header();
        header["x5c"] = new JsonArray([.. Enumerable.Repeat(0, certificates).Select(static _ => JsonValue.Create(new string('A', 2200)))]);

        var reply = await _world.AskAsync(TokenWorld.Form(_world.Key.Token(header.ToJsonString(), _world.Claims().ToJsonString())));

        Assert.Equal(status, reply.Status);
    }

    [Theory]
    [InlineData(TokenWorld.Issuer + "/", 200)]
    [InlineData(TokenWorld.Issuer + "//", 400)]
    [InlineData(TokenWorld.Issuer + "/token/", 400)]
    [InlineData("https://AUTH.hospital.example", 400)]
    public async Task Token_AssertionForTheIssuerAsAnAddress_IsTaken(string audience, int status)
    {
        var claims = _world.Claims();
        claims["aud"] = audience;

        var reply = await _world.AskAsync(TokenWorld.Form(_world.Key.Token(_world.Header().ToJsonString(), claims.ToJsonString())));

        Assert.Equal(status, reply.Status);
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=UTF-8", 200)]
    [InlineData("application/x-www-form-urlencoded;charset=\"utf-8\"", 200)]
    [InlineData("Application/X-WWW-Form-Urlencoded", 200)]
    [InlineData("application/x-www-form-urlencoded;charset=\"utf-16\"", 400)]
    [InlineData("application/x-www-form-urlencoded;charset=iso-8859-1", 400)]
    [InlineData("multipart/form-data", 400)]
    public async Task Token_MediaType_IsTheFormsInEachSpelling(string type, int status) =>
        Assert.Equal(
            status,
            (await _world.AskAsync(TokenWorld.Form(_world.Assertion()), context => context.Request.ContentType = type)).Status
        );

    // RFC 8707 section 2 and RFC 8693 section 2.1: each place by itself.
    [Theory]
    [InlineData("resource={0}&resource={0}", null)]
    [InlineData("resource={0}&audience={0}&audience={0}", null)]
    [InlineData("resource=&resource={0}", null)]
    [InlineData("resource={0}&resource=https%3A%2F%2Fother.example%2Ffhir", "invalid_target")]
    [InlineData("resource=https%3A%2F%2Fother.example%2Ffhir&resource={0}", "invalid_target")]
    [InlineData("resource={0}&audience={0}&audience=other", "invalid_target")]
    [InlineData("resource={0}%2F", "invalid_target")]
    [InlineData("resource=several+places", "invalid_target")]
    [InlineData("scope=system%2FObservation.rs&resource={0}", "invalid_request")]
    public async Task Token_ForPlacesThatAreSaidMoreThanOnce_IsForThisOneAlone(string more, string? error)
    {
        var text = more.Replace("{0}", Uri.EscapeDataString(TokenWorld.Audience), StringComparison.Ordinal);
        var form = TokenWorld.Form(_world.Assertion());

        var reply = await _world.AskAsync(form, context => context.Request.Body = With(context.Request.Body, "&" + text));

        Assert.Equal(error, reply.Error);
        Assert.Equal(error is null ? 200 : 400, reply.Status);
    }

    // RFC 3986 section 6.2.3: an address without a path and the same with a slash are one; libraries that read addresses write the slash.
    [Theory]
    [InlineData("https://gw.hospital.example", "https://gw.hospital.example/", true)]
    [InlineData("https://gw.hospital.example", "https://gw.hospital.example//", false)]
    [InlineData("https://gw.hospital.example/", "https://gw.hospital.example", false)]
    [InlineData("https://gw.hospital.example/fhir", "https://gw.hospital.example/fhir/", false)]
    [InlineData("urn:gateway", "urn:gateway/", false)]
    public void IsAudience_AddressWithoutAPath_IsTheSameWithASlash(string audience, string said, bool isSame) =>
        Assert.Equal(isSame, new TokenServiceOptions { Audience = audience }.IsAudience(said));

    private static SigningKey Make(string algorithm) =>
        algorithm == "ES384" ? SigningKey.Es384("connector-1") : SigningKey.Rs384("connector-1");

    private static string Unnamed(TokenWorld world, SigningKey key)
    {
        var header = world.Header();
        header.Remove("kid");
        return key.Token(header.ToJsonString(), world.Claims().ToJsonString());
    }

    private static Credential Registered(SigningKey key)
    {
        var jwk = key.PublicJwk();
        return new Credential
        {
            Id = "connector-key-2",
            Client = "connector",
            Kind = CredentialKind.ClientKey,
            Issuer = "idp",
            ClientId = "connector",
            Jwk = new PublicJwk
            {
                Kty = (string)jwk["kty"]!,
                Crv = (string?)jwk["crv"],
                X = (string?)jwk["x"],
                Y = (string?)jwk["y"],
                N = (string?)jwk["n"],
                E = (string?)jwk["e"],
                Kid = (string?)jwk["kid"],
            },
        };
    }

    // The form, and what a client writes behind it.
    private static MemoryStream With(Stream form, string more) =>
        new([.. ((MemoryStream)form).ToArray(), .. Encoding.ASCII.GetBytes(more)]);
}
