using System.Net;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Signing;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>What strangers ask of the token service is paid with nobody else's room; whose path closes meanwhile is given no token.</summary>
public sealed class TokenStrangersTests : IDisposable
{
    private readonly TokenWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Refusal_OfOnePeerThatAsksWithoutEnd_HidesNobodyElses()
    {
        for (var i = 0; i < 2 * new TokenServiceOptions().RefusalsPerMinute; i++)
        {
            await _world.AskAsync(TokenWorld.Form("x"), static http => http.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.1"));
        }

        await _world.AskAsync(TokenWorld.Form("x"), static http => http.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.2"));

        Assert.Equal(
            new TokenServiceOptions().RefusalsPerMinutePerPeer,
            _world.Journal.Records.Count(static record => record.Peer == "192.0.2.1")
        );
        Assert.Single(_world.Journal.Records, static record => record.Peer == "192.0.2.2");
    }

    [Theory]
    [InlineData("client_credentials")]
    [InlineData("password")]
    public async Task Refusal_OfAStranger_IsCutAndTakesNoRoomOfOthers(string grant)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = grant, ["client_id"] = new string('a', 30_000) };

        await _world.AskAsync(form);
        Assert.InRange(Assert.Single(_world.Journal.Records).IssuerClientId!.Length, 256, 400);

        _world.Journal.HasOnlyItsReserve = true;
        Assert.NotNull((await _world.AskAsync(form)).Error);
        Assert.Single(_world.Journal.Records);
    }

    [Fact]
    public async Task Token_ClientClosedWhileItsFormTrickles_IsNotIssued()
    {
        var form = TokenWorld.Form(_world.Assertion());
        var closed = TestRegistry.Client() with { Status = ClientStatus.Suspended };

        var reply = await _world.AskAsync(
            form,
            http => http.Request.Body = new Late(http.Request.Body, () => _world.Fill(closed, TestRegistry.UseCase()))
        );

        Assert.Null(reply.Json!["access_token"]);
        Assert.Equal("deny", Assert.Single(_world.Journal.Records).Decision);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Introspect_TokenRevokedWhileTheFormTrickles_IsNotActive(bool isRevoked)
    {
        var token = (await _world.AskAsync(TokenWorld.Form(_world.Assertion()))).Token;
        var revocation = TestRegistry.Revocation(RevocationTarget.TokenHash, TokenSigner.HashOf(token));

        var reply = await _world.IntrospectAsync(
            _world.Assertion("two"),
            token,
            http => http.Request.Body = new Late(http.Request.Body, () => Meanwhile(isRevoked, revocation))
        );

        Assert.Equal(!isRevoked, (bool)reply.Json!["active"]!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ask_ByAKeyThatIsRevokedWhileTheFormTrickles_IsAnsweredNothing(bool isRevoked)
    {
        var token = (await _world.AskAsync(TokenWorld.Form(_world.Assertion()))).Token;
        var revocation = TestRegistry.Revocation(RevocationTarget.Credential, "connector-key");

        var asked = await _world.IntrospectAsync(
            _world.Assertion("two"),
            token,
            http => http.Request.Body = new Late(http.Request.Body, () => Meanwhile(isRevoked, revocation))
        );
        _world.Fill(TestRegistry.Client(), TestRegistry.UseCase());
        var revoked = await _world.RevokeAsync(
            _world.Assertion("three"),
            token,
            http => http.Request.Body = new Late(http.Request.Body, () => Meanwhile(isRevoked, revocation))
        );

        Assert.Equal(isRevoked ? (401, 400) : (200, 200), (asked.Status, revoked.Status));
        Assert.Equal(isRevoked ? 0 : 1, _world.Store.Writes);
    }

    // Between the look at the registry and the answer, as where keys are fetched.
    [Fact]
    public async Task Ask_ByAKeyThatIsRevokedWhileItsAssertionIsChecked_IsAnsweredNothing()
    {
        var token = (await _world.AskAsync(TokenWorld.Form(_world.Assertion()))).Token;
        void RevokeOnce() =>
            _world.WhenRead = () =>
            {
                _world.WhenRead = null;
                Meanwhile(true, TestRegistry.Revocation(RevocationTarget.Credential, "connector-key"));
            };

        RevokeOnce();
        var asked = await _world.IntrospectAsync(_world.Assertion("two"), token);
        _world.Fill(TestRegistry.Client(), TestRegistry.UseCase());
        RevokeOnce();
        var revoked = await _world.RevokeAsync(_world.Assertion("three"), token);
        _world.Fill(TestRegistry.Client(), TestRegistry.UseCase());

        Assert.Equal((401, 400, 0), (asked.Status, revoked.Status, _world.Store.Writes));
        Assert.True((bool)(await _world.IntrospectAsync(_world.Assertion("four"), token)).Json!["active"]!);
    }

    private void Meanwhile(bool isRevoked, Revocation revocation)
    {
        if (isRevoked)
        {
            _world.Fill(TestRegistry.Client(), TestRegistry.UseCase(), revocation);
        }
    }

    // A form of which nothing comes before something has happened.
    private sealed class Late(Stream form, Action before) : MemoryStream(Read(form))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            before();
            return base.ReadAsync(buffer, cancellationToken);
        }

        private static byte[] Read(Stream form) => ((MemoryStream)form).ToArray();
    }
}
