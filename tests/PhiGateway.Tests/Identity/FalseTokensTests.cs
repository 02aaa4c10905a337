using System.Net;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>
/// Who shows tokens with false signatures has few of them verified, and those who call from the same address go on: with tokens that are
/// known, and with new ones of clients whose tokens held there before.
/// </summary>
public sealed class FalseTokensTests : IDisposable
{
    private const string Home = "10.1.2.3";
    private const string Elsewhere = "192.0.2.1";

    // Ten seconds of the rate, and the one that shows that they are used up.
    private const int AtOnce = (10 * FalseTokens.DefaultPerSecond) + 1;

    private static readonly SigningKey Thief = SigningKey.Es256("k1");

    private readonly ManualClock _clock = new();
    private readonly IdentityHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Authenticate_FromAnAddressThatShowedManyFalseTokens_WaitsUnverified()
    {
        var known = _host.Recipe().Sign();
        Assert.NotNull((await AskAsync(known, Home)).Caller);
        var forged = _host.Recipe().SignWith(Thief);
        for (var shown = 0; shown < AtOnce; shown++)
        {
            Assert.Equal(DenyReason.InvalidToken, (await AskAsync(forged, Elsewhere)).Refusal);
        }

        var refused = await AskAsync(_host.Recipe().Set("jti", "new").Sign(), Elsewhere);

        Assert.Equal((DenyReason.IssuerUnavailable, "false-tokens"), (refused.Refusal, refused.Detail));
        // A token that is known costs nothing, and who comes from another address pays nothing.
        Assert.NotNull((await AskAsync(known, Elsewhere)).Caller);
        Assert.NotNull((await AskAsync(_host.Recipe().Set("jti", "other").Sign(), Home)).Caller);

        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull((await AskAsync(_host.Recipe().Set("jti", "new").Sign(), Elsewhere)).Caller);
    }

    [Fact]
    public async Task Authenticate_FromAnAddressThatIsSpent_TakesNewTokensOfAClientThatWasThere()
    {
        Assert.NotNull((await AskAsync(_host.Recipe().Sign(), Elsewhere)).Caller);
        var forged = _host.Recipe().Set("client_id", "somebody").SignWith(Thief);
        for (var shown = 0; shown < AtOnce; shown++)
        {
            Assert.Equal(DenyReason.InvalidToken, (await AskAsync(forged, Elsewhere)).Refusal);
        }

        Assert.Equal(DenyReason.IssuerUnavailable, (await AskAsync(forged, Elsewhere)).Refusal);
        Assert.NotNull((await AskAsync(_host.Recipe().Set("jti", "new").Sign(), Elsewhere)).Caller);
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff", false)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", true)]
    public void HasRoom_OfAnotherAddress_IsItsOwnUnlessOneCallerHasBoth(string shown, string asked, bool expected)
    {
        var room = new FalseTokens(1, _clock);
        for (var count = 0; count < 11; count++)
        {
            Assert.True(room.HasRoom(IPAddress.Parse(shown), "idp", "lab"));
            room.NoteFalse(IPAddress.Parse(shown), "idp", "lab");
        }

        Assert.False(room.HasRoom(IPAddress.Parse(shown), "idp", "lab"));
        Assert.Equal(expected, room.HasRoom(IPAddress.Parse(asked), "idp", "lab"));
    }

    [Fact]
    public void HasRoom_BehindThousandsOfAddresses_IsThatOfAllFurtherOnesTogether()
    {
        var room = new FalseTokens(1, _clock);
        for (var other = 0; other < FalseTokens.MostPeers + 11; other++)
        {
            room.NoteFalse(Address(other), "idp", null);
        }

        Assert.False(room.HasRoom(Address(60_000), "idp", null));
        Assert.True(room.HasRoom(Address(0), "idp", null));

        // Who was quiet is forgotten, so that there is room for who comes.
        _clock.Advance(TimeSpan.FromMinutes(1));
        room.NoteFalse(Address(60_000), "idp", null);
        Assert.True(room.HasRoom(Address(60_001), "idp", null));
    }

    private static IPAddress Address(int number) => new([10, 0, (byte)(number >> 8), (byte)(number & 0xff)]);

    private async Task<CallerResult> AskAsync(string token, string peer)
    {
        var request = _host.Request("Bearer " + token);
        request.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        return await _host.Authenticator.AuthenticateAsync(request);
    }
}
