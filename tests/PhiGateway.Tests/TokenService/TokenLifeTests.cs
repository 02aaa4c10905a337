using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.TokenService.Signing;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>What becomes of a token that was issued: asked about, given back, revoked, over.</summary>
public sealed class TokenLifeTests : IDisposable
{
    private readonly TokenWorld _world = new();
    private int _assertions;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Introspect_OwnLiveToken_TellsItsClaims()
    {
        var token = await TokenAsync();

        var reply = await _world.IntrospectAsync(Assertion(), token);

        Assert.True((bool)reply.Json!["active"]!);
        Assert.Equal("connector", (string)reply.Json["client_id"]!);
        Assert.Equal("system/Observation.rs", (string)reply.Json["scope"]!);
        Assert.Equal(TokenWorld.Issuer, (string)reply.Json["iss"]!);
        Assert.Equal("token.introspect", _world.Journal.Records[^1].Event);
    }

    [Fact]
    public async Task Introspect_WhatIsNoLiveToken_SaysInactiveAndNothingElse()
    {
        var token = await TokenAsync();
        await InactiveAsync("invalid_token_value");
        await InactiveAsync(token[..^4] + (token.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA"));
        await InactiveAsync("a.b.c");

        _world.Fill(TestRegistry.Client() with { Status = ClientStatus.Suspended }, TestRegistry.UseCase());
        await InactiveAsync(token);
        _world.Fill(
            TestRegistry.Client(),
            TestRegistry.UseCase(),
            TestRegistry.Revocation(RevocationTarget.TokenHash, TokenSigner.HashOf(token))
        );
        await InactiveAsync(token);
        _world.Fill(TestRegistry.Client(), TestRegistry.UseCase());
        Assert.True((bool)(await _world.IntrospectAsync(Assertion(), token)).Json!["active"]!);
        _world.Clock.Advance(TimeSpan.FromMinutes(5));
        await InactiveAsync(token);
    }

    // By the doors of a call: what a token is for is one of them, and nobody gets another one for it.
    [Theory]
    [InlineData("nothing", true)]
    [InlineData("another purpose added", true)]
    [InlineData("purpose removed", false)]
    [InlineData("all but treatment stopped", false)]
    public async Task Introspect_TokenForAPurposeThatIsTakenAway_IsNotActive(string closing, bool isActive)
    {
        var payment = TestRegistry.UseCase() with { Purposes = ["HPAYMT"] };
        var both = payment with { Purposes = ["HPAYMT", "TREAT"] };
        using var world = new TokenWorld(useCase: payment);
        var token = (await world.AskAsync(TokenWorld.Form(world.Assertion("one")))).Token;
        var stop = TestRegistry.Revocation(RevocationTarget.OtherThanTreatment, "*");
        world.Fill(
            TestRegistry.Client(),
            closing switch
            {
                "nothing" => payment,
                "purpose removed" => TestRegistry.UseCase(),
                _ => both,
            },
            closing == "all but treatment stopped" ? [stop] : []
        );

        Assert.Equal(isActive, (bool)(await world.IntrospectAsync(world.Assertion("two"), token)).Json!["active"]!);
        Assert.Equal(isActive ? 200 : 400, (await world.AskAsync(Asserting(world, "three", "HPAYMT"))).Status);
        if (closing != "nothing")
        {
            // For treatment there is one.
            Assert.Equal(200, (await world.AskAsync(Asserting(world, "four", "TREAT"))).Status);
        }
    }

    private static Dictionary<string, string> Asserting(TokenWorld world, string jti, string purpose)
    {
        var claims = world.Claims(jti);
        claims["extensions"] = new JsonObject
        {
            ["hl7-b2b"] = new JsonObject { ["version"] = "1", ["purpose_of_use"] = new JsonArray(purpose) },
        };
        return TokenWorld.Form(world.Key.Token(world.Header().ToJsonString(), claims.ToJsonString()));
    }

    [Fact]
    public async Task Introspect_WithoutTheClientsAssertion_IsInvalidClient()
    {
        var token = await TokenAsync();

        Assert.Equal((401, "invalid_client"), Of(await _world.IntrospectAsync("a.b.c", token)));
        Assert.Equal((400, "invalid_client"), Of(await _world.RevokeAsync("a.b.c", token)));
        Assert.Equal(0, _world.Store.Writes);
    }

    [Fact]
    public async Task Revoke_OwnLiveToken_IsRevokedByItsHashAndOnRecord()
    {
        var token = await TokenAsync();

        var reply = await _world.RevokeAsync(Assertion(), token);

        Assert.Equal(200, reply.Status);
        Assert.Null(reply.Json);
        Assert.Equal(1, _world.Store.Writes);
        Assert.Equal(("token.revoke", "connector"), (_world.Journal.Records[^1].Event, _world.Journal.Records[^1].Client));
        Assert.Equal(TokenSigner.HashOf(token), _world.Journal.Records[^1].TokenHash);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    public async Task Revoke_AnyOtherText_ChangesNothingAndTellsNothing(string text)
    {
        Assert.Equal(200, (await _world.RevokeAsync(Assertion(), text)).Status);
        Assert.Equal(0, _world.Store.Writes);
    }

    [Fact]
    public async Task Revoke_DatabaseAway_IsTemporarilyUnavailable()
    {
        var token = await TokenAsync();
        _world.Journal.Room = 0;

        Assert.Equal((503, "temporarily_unavailable"), Of(await _world.RevokeAsync(Assertion(), token)));
    }

    [Fact]
    public async Task Ring_WhenItsTurnComes_PublishesBeforeItSignsAndAfterwardsUntilNothingIsAlive()
    {
        var first = _world.Ring.Current!.Id;
        _world.Clock.Advance(_world.Options.RotateAfter);
        await _world.Ring.RefreshAsync(default);

        // Published, and not signing yet: verifiers have an hour to fetch it.
        Assert.Equal(2, _world.Ring.Keys.Count);
        Assert.Equal(first, _world.Ring.Current!.Id);
        Assert.Contains(_world.Ring.Keys[1].Id, File.ReadAllText(_world.Ring.PublicPath), StringComparison.Ordinal);
        _world.Clock.Advance(KeyRing.Notice);
        var second = _world.Ring.Current!.Id;
        Assert.NotEqual(first, second);
        await _world.Ring.RefreshAsync(default);
        Assert.NotNull(_world.Ring.Find(first));
        _world.Clock.Advance(TimeSpan.FromMinutes(16));
        await _world.Ring.RefreshAsync(default);
        Assert.Null(_world.Ring.Find(first));
        Assert.Equal(second, _world.Ring.Current!.Id);
    }

    [Fact]
    public async Task Ring_OfTwoNodesInOneFolder_TakeEachOthersTokens()
    {
        using var other = KeyRing.Open(_world.Options, "a secret for tests of 32 characters", _world.Clock);
        var token = await TokenAsync();

        Assert.Equal(_world.Ring.Current!.Id, other.Current!.Id);
        Assert.NotNull(new TokenSigner(_world.Options, other).Read(token));
    }

    [Fact]
    public void Ring_WithAnotherSecret_DoesNotOpen() =>
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() =>
            KeyRing.Open(_world.Options, "another secret for tests, also 32 long", _world.Clock)
        );

    [Fact]
    public void Ring_Files_AreEncryptedAndTheirOwnersOnly()
    {
        var file = Assert.Single(Directory.GetFiles(_world.Options.KeyDirectory, "*.pem"));

        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----", File.ReadAllText(file));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.DoesNotContain("\"d\"", File.ReadAllText(_world.Ring.PublicPath), StringComparison.Ordinal);
    }

    private static (int, string?) Of(TokenReply reply) => (reply.Status, reply.Error);

    private async Task InactiveAsync(string token) =>
        Assert.Equal("""{"active":false}""", (await _world.IntrospectAsync(Assertion(), token)).Json!.ToJsonString());

    private string Assertion() => _world.Assertion($"a-{_assertions++}");

    private async Task<string> TokenAsync() => (await _world.AskAsync(TokenWorld.Form(Assertion()))).Token;
}
