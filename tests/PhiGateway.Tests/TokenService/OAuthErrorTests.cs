using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>What is refused is refused in the standards' own words: error, status, challenge, and nothing that is stored between.</summary>
public sealed class OAuthErrorTests : IDisposable
{
    private readonly TokenWorld _world = new();

    public void Dispose() => _world.Dispose();

    // RFC 6749 section 5.2: with a challenge of the scheme that was used; of an unknown one nothing is told back.
    [Theory]
    [InlineData("Basic eDp5", "Basic")]
    [InlineData("bearer abc", "Bearer")]
    [InlineData("DPoP abc", "DPoP")]
    [InlineData("Basic", "Basic")]
    [InlineData("<script> x", "Basic")]
    public async Task Token_AuthenticatedByTheHeader_IsUnauthenticatedWithItsChallenge(string header, string scheme)
    {
        var form = TokenWorld.Form(_world.Assertion());

        var reply = await _world.AskAsync(form, context => context.Request.Headers.Authorization = header);

        Assert.Equal((401, "invalid_client"), (reply.Status, reply.Error));
        Assert.Equal($"{scheme} realm=\"token service\"", reply.Headers.WWWAuthenticate);
        Assert.Equal(("token.issue", "deny"), (_world.Journal.Records[^1].Event, _world.Journal.Records[^1].Decision));
        Assert.Equal(200, (await _world.AskAsync(form)).Status);
    }

    // RFC 7662 section 2.3 wants 401; RFC 6749 and RFC 7009 leave it at 400 for who authenticates in the body.
    [Fact]
    public async Task Introspect_ByNobody_IsUnauthenticatedWithAChallenge()
    {
        var asked = await _world.IntrospectAsync("a.b.c", "token");
        var revoked = await _world.RevokeAsync("a.b.c", "token");
        var issued = await _world.AskAsync(TokenWorld.Form("a.b.c"));

        Assert.Equal((401, "invalid_client"), (asked.Status, asked.Error));
        Assert.StartsWith("Bearer ", asked.Headers.WWWAuthenticate, StringComparison.Ordinal);
        Assert.Equal((400, "invalid_client"), (revoked.Status, revoked.Error));
        Assert.Equal((400, "invalid_client"), (issued.Status, issued.Error));
        Assert.Equal(0, issued.Headers.WWWAuthenticate.Count);
    }

    // RFC 9449 section 5: what is wrong about a proof is said of the proof.
    [Fact]
    public async Task Token_WithTwoProofs_IsRefusedForItsProof()
    {
        var key = SigningKey.Es256("proof");
        string Proof() =>
            new ProofRecipe(key, string.Empty, "POST", TokenWorld.Issuer + "/token", _world.Clock.GetUtcNow()).Without("ath").Sign();

        var two = await _world.AskAsync(
            TokenWorld.Form(_world.Assertion()),
            context => context.Request.Headers["DPoP"] = new([Proof(), Proof()])
        );
        var one = await _world.AskAsync(TokenWorld.Form(_world.Assertion()), context => context.Request.Headers["DPoP"] = Proof());

        Assert.Equal((400, "invalid_dpop_proof"), (two.Status, two.Error));
        Assert.Equal((200, "DPoP"), (one.Status, (string?)one.Json!["token_type"]));
    }

    // RFC 6749 section 5.1.
    [Fact]
    public async Task Token_OfEitherSort_IsStoredByNobodyBetween()
    {
        foreach (
            var reply in new[] { await _world.AskAsync(TokenWorld.Form(_world.Assertion())), await _world.AskAsync(TokenWorld.Form("x")) }
        )
        {
            Assert.Equal(("no-store", "no-cache"), (reply.Headers.CacheControl.ToString(), reply.Headers.Pragma.ToString()));
        }
    }
}
