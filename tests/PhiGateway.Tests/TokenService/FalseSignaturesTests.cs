using System.Net;
using Microsoft.AspNetCore.Http;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Gateway.Telemetry;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Endpoints;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>
/// Who shows assertions that do not hold has few of them verified, and keeps nobody else out: neither its neighbours' clients, nor the client
/// in whose name it comes.
/// </summary>
public sealed class FalseSignaturesTests : IDisposable
{
    private const string Home = "10.1.2.3";
    private const string Elsewhere = "192.0.2.1";

    // Ten seconds of a rate of one, and the one that shows that they are used up.
    private const int AtOnce = 11;

    private static readonly SigningKey Thief = SigningKey.Es384("connector-1");

    private readonly TokenWorld _world = new();
    private int _assertions;

    public FalseSignaturesTests() => _world.Options.FalseSignaturesPerSecondPerPeer = 1;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Token_FromAnAddressThatShowedManyFalseSignatures_WaitsUnreadWhileOthersAreServed()
    {
        await FloodAsync(AtOnce, static _ => Elsewhere);
        var good = Assertion();

        var refused = await AskAsync(good, Elsewhere);

        Assert.Equal((429, "temporarily_unavailable", "1"), (refused.Status, refused.Error, refused.Headers.RetryAfter.ToString()));
        Assert.Equal("assertion:false-signatures-of-peer", _world.Journal.Records[^1].Rule);
        Assert.Equal(0, _world.Shared.Count);
        Assert.Equal(200, (await AskAsync(Assertion(), Home)).Status);

        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await AskAsync(good, Elsewhere)).Status);
    }

    [Fact]
    public async Task Introspect_FromAnAddressThatShowedManyFalseSignatures_WaitsAsWell()
    {
        var token = (await AskAsync(Assertion(), Home)).Token;
        await FloodAsync(AtOnce, static _ => Elsewhere);

        var refused = await _world.IntrospectAsync(Assertion(), token, At(Elsewhere));
        var given = await _world.RevokeAsync(Assertion(), token, At(Elsewhere));
        var asked = await _world.IntrospectAsync(Assertion(), token, At(Home));

        Assert.Equal((429, 429), (refused.Status, given.Status));
        Assert.True((bool)asked.Json!["active"]!);
    }

    // Twice as many addresses have no more than one client's share verified, and the client is served where it is known.
    [Fact]
    public async Task Token_OfAClientInWhoseNameManyAddressesFlood_IsGivenWhereItWasBefore()
    {
        _world.Options.FalseSignaturesPerSecondPerClient = 1;
        Assert.Equal(200, (await AskAsync(Assertion(), Home)).Status);
        await FloodAsync(AtOnce, static n => $"192.0.2.{n}");

        var flooded = await AskAsync(Forged(), "192.0.2.200");
        var unread = _world.Journal.Records[^1].Rule;
        var home = await AskAsync(Assertion(), Home);

        Assert.Equal((429, 200), (flooded.Status, home.Status));
        Assert.Equal("assertion:false-signatures-of-client", unread);
        _world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await AskAsync(Assertion(), "192.0.2.200")).Status);
    }

    [Theory]
    [InlineData(Home, 200)]
    [InlineData("192.0.2.200", 429)]
    public async Task Token_OfAClientThatWasNeverThereDuringAFlood_IsGivenInItsNetworks(string peer, int status)
    {
        using var world = new TokenWorld(client: TestRegistry.Client() with { Networks = ["10.0.0.0/8"] }, key: _world.Key);
        world.Options.FalseSignaturesPerSecondPerClient = 1;
        for (var n = 0; n < AtOnce; n++)
        {
            Assert.Equal("invalid_client", (await world.AskAsync(TokenWorld.Form(Forged()), At($"192.0.2.{n}"))).Error);
        }

        Assert.Equal(status, (await world.AskAsync(TokenWorld.Form(Assertion()), At(peer))).Status);
    }

    // Behind one address of a cloud are many: who floods from there in the name of a client that is there spends the client's account for this
    // place, which is larger, and nobody else's.
    [Fact]
    public async Task Token_OfAClientThatProvedItselfThere_IsGivenBesideFalseOnesOfTheSameAddress()
    {
        Assert.Equal(200, (await AskAsync(Assertion(), Elsewhere)).Status);
        var unknown = TokenWorld.Form(Assertion("somebody"));
        await FloodAsync(AtOnce, static _ => Elsewhere);

        Assert.Equal(200, (await AskAsync(Assertion(), Elsewhere)).Status);
        Assert.Equal("invalid_client", (await _world.AskAsync(unknown, At(Elsewhere))).Error);
    }

    [Fact]
    public async Task Token_OfAClientThatNobodyKnows_IsToldTheSameFromASpentAddress()
    {
        Assert.Equal("invalid_client", (await _world.AskAsync(TokenWorld.Form(Assertion("somebody")), At(Elsewhere))).Error);
        await FloodAsync(AtOnce, static _ => Elsewhere);

        var known = await AskAsync(Forged(), Elsewhere);
        var unknown = await _world.AskAsync(TokenWorld.Form(Assertion("somebody")), At(Elsewhere));

        Assert.Equal((429, known.Json!.ToJsonString()), (unknown.Status, unknown.Json!.ToJsonString()));
    }

    [Fact]
    public async Task Token_WhoeverShowsAUsedAssertionAgainAndAgain_HasItVerifiedNoMore()
    {
        var stolen = Assertion();
        Assert.Equal(200, (await AskAsync(stolen, Home)).Status);
        for (var n = 0; n < AtOnce; n++)
        {
            Assert.Equal("invalid_client", (await AskAsync(stolen, Elsewhere)).Error);
        }

        Assert.Equal(429, (await AskAsync(stolen, Elsewhere)).Status);
        Assert.Equal("invalid_client", (await AskAsync(stolen, Home)).Error);
    }

    // Perhaps it holds by the key that cannot be had; by the other one it was verified, which costs as much.
    [Fact]
    public async Task Token_WhileOneOfTheClientsKeysCannotBeHad_FalseOnesOfTheOtherAreCounted()
    {
        var away = TestRegistry.Credential("connector-address") with
        {
            Kind = CredentialKind.ClientKey,
            JwksUri = "https://127.0.0.1:9/keys.json",
        };
        using var world = new TokenWorld(key: _world.Key, also: away);
        world.Options.FalseSignaturesPerSecondPerPeer = 1;
        Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(Assertion()), At(Home))).Status);
        for (var n = 0; n < AtOnce; n++)
        {
            Assert.Equal(503, (await world.AskAsync(TokenWorld.Form(Forged()), At(Elsewhere))).Status);
        }

        Assert.Equal(429, (await world.AskAsync(TokenWorld.Form(Forged()), At(Elsewhere))).Status);
        Assert.Equal(200, (await world.AskAsync(TokenWorld.Form(Assertion()), At(Home))).Status);
    }

    // Elsewhere nobody is told that the client is busy.
    [Theory]
    [InlineData(Home, 429)]
    [InlineData(Elsewhere, 400)]
    public async Task Token_OfABusyClient_IsRefusedUnverifiedWhereTheClientIsKnown(string peer, int status)
    {
        _world.Options.RequestsPerSecond = 1;
        Assert.Equal(200, (await AskAsync(Assertion(), Home)).Status);

        Assert.Equal(status, (await AskAsync(Forged(), peer)).Status);
        Assert.Equal(status == 429 ? "assertion:no-room" : "assertion:signature", _world.Journal.Records[^1].Rule);
    }

    [Fact]
    public async Task Token_RefusedForFalseSignaturesBeforeIt_IsCounted()
    {
        using var counted = new CountedBudgets();
        await FloodAsync(AtOnce, static _ => Elsewhere);

        await AskAsync(Assertion(), Elsewhere);

        // The meter is the process's: others count beside.
        Assert.NotEqual(0, counted.Of("false-signatures"));
    }

    [Fact]
    public void WaitOf_BehindThousandsOfAddresses_IsThatOfAllFurtherOnesTogether()
    {
        var clock = new ManualClock();
        var options = new TokenServiceOptions { FalseSignaturesPerSecondPerPeer = 1, FalseSignaturesPerSecondPerClient = 100_000 };
        var room = new FalseSignatures(options, clock);
        for (var other = 0; other < FalseSignatures.MostPeers; other++)
        {
            room.NoteFalse("connector", Address(other), isNear: false);
        }

        for (var other = 0; other < AtOnce; other++)
        {
            room.NoteFalse("connector", Address(FalseSignatures.MostPeers + other), isNear: false);
        }

        Assert.True(room.WaitOf("connector", Address(60_000), isNear: false, out _) > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, room.WaitOf("connector", Address(0), isNear: false, out _));

        // Who was quiet is forgotten, so that there is room for who comes.
        clock.Advance(TimeSpan.FromMinutes(1));
        room.NoteFalse("connector", Address(60_000), isNear: false);
        Assert.Equal(TimeSpan.Zero, room.WaitOf("connector", Address(60_001), isNear: false, out _));
    }

    [Fact]
    public void HasProven_OfAClientThatIsInManyPlaces_KnowsThoseWhereItWasLast()
    {
        var clock = new ManualClock();
        var room = new FalseSignatures(new TokenServiceOptions(), clock);
        for (var place = 0; place <= FalseSignatures.MostPlaces; place++)
        {
            room.NoteGood("connector", Address(place));
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(room.HasProven("connector", Address(0)));
        Assert.True(room.HasProven("connector", Address(1)));
        Assert.True(room.HasProven("connector", Address(FalseSignatures.MostPlaces)));
        Assert.False(room.HasProven("another", Address(1)));
    }

    private static IPAddress Address(int number) => new([10, 0, (byte)(number >> 8), (byte)(number & 0xff)]);

    private static Action<HttpContext> At(string peer) => http => http.Connection.RemoteIpAddress = IPAddress.Parse(peer);

    private async Task FloodAsync(int count, Func<int, string> from)
    {
        for (var n = 0; n < count; n++)
        {
            Assert.Equal("invalid_client", (await AskAsync(Forged(), from(n))).Error);
        }
    }

    private Task<TokenReply> AskAsync(string assertion, string peer) => _world.AskAsync(TokenWorld.Form(assertion), At(peer));

    private string Assertion(string client = "connector")
    {
        var claims = _world.Claims($"false-{++_assertions}");
        (claims["iss"], claims["sub"]) = (client, client);
        return _world.Key.Token(_world.Header().ToJsonString(), claims.ToJsonString());
    }

    private string Forged() => Thief.Token(_world.Header().ToJsonString(), _world.Claims($"false-{++_assertions}").ToJsonString());
}
