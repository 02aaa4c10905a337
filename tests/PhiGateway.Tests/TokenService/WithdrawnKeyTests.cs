using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>A key that is withdrawn while its assertion is being checked gets nothing any more; another key of the client does.</summary>
public sealed class WithdrawnKeyTests : IDisposable
{
    private static readonly SigningKey Other = SigningKey.Es256("connector-2");

    private readonly TokenWorld _world = new(also: Registered());

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("connector-key", 400)]
    [InlineData("connector-key-2", 200)]
    public async Task Token_OfAKeyThatIsRevokedMeanwhile_IsNotGiven(string revoked, int status)
    {
        _world.WhenRead = () =>
        {
            _world.WhenRead = null;
            _world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), TestRegistry.Revocation(RevocationTarget.Credential, revoked));
        };

        var reply = await _world.AskAsync(TokenWorld.Form(_world.Assertion()));

        Assert.Equal(status, reply.Status);
        Assert.Equal(status == 200 ? null : "invalid_client", reply.Error);
    }

    // As a server announces it: the body is read to its end, and no further.
    [Theory]
    [InlineData(0, 200)]
    [InlineData(32 * 1024, 400)]
    public async Task Token_OfABodyWhoseLengthIsSaid_IsReadUpToTheBound(int padding, int status)
    {
        var form = TokenWorld.Form(_world.Assertion());
        form["padding"] = new string('x', padding);

        var reply = await _world.AskAsync(form, static context => context.Request.ContentLength = context.Request.Body.Length);

        Assert.Equal(status, reply.Status);
    }

    private static Credential Registered()
    {
        var jwk = Other.PublicJwk();
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
                Kid = (string?)jwk["kid"],
            },
        };
    }
}
