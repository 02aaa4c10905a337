using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Identity.Signals;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>A security event token is one event of its transmitter for us, or it is refused in the words of RFC 8935.</summary>
public sealed class SecurityEventReaderTests : IDisposable
{
    private static readonly SigningKey Key = SigningKey.Rs256("s1");
    private static readonly SigningKey Other = SigningKey.Rs256("s1");
    private static readonly SigningKey Weak = SigningKey.Rs256("weak", 1024);
    private static readonly SigningKey Curve = SigningKey.Es256("e1");

    private readonly AdjustableClock _clock = new();
    private readonly string _keys = Path.Combine(Path.GetTempPath(), $"phigw-signals-{Path.GetRandomFileName()}.json");
    private readonly SecurityEventReader _reader;

    public SecurityEventReaderTests()
    {
        File.WriteAllText(_keys, SigningKey.Jwks(Key, Weak, Curve));
        _reader = new SecurityEventReader(
            new TransmitterOptions
            {
                Name = "okta",
                Issuer = SignalRecipe.Issuer,
                Audience = SignalRecipe.Audience,
                Jwks = _keys,
                MaxAge = TimeSpan.FromHours(1),
            },
            _clock,
            NullLogger.Instance
        );
    }

    public void Dispose()
    {
        _reader.Dispose();
        File.Delete(_keys);
    }

    [Fact]
    public async Task Read_AGoodToken_IsItsEvent()
    {
        var recipe = Recipe();

        var check = await ReadAsync(recipe.Sign());

        var signal = Assert.IsType<SecurityEvent>(check.Event);
        Assert.Equal((recipe.Id, SignalRecipe.Caep + "session-revoked"), (signal.Id, signal.Type));
        Assert.Equal(new EventSubject("iss_sub", "https://idp.example", "dr-jones"), signal.Subject);
        Assert.Equal(_clock.GetUtcNow(), signal.HappenedAt);
    }

    [Theory]
    [InlineData("aud", """["https://elsewhere.example","https://gw.hospital.example/signals/okta"]""")]
    [InlineData("header.typ", "\"application/secevent+jwt\"")]
    [InlineData("header.typ", "\"SecEvent+JWT\"")]
    [InlineData("sub_id", """{"format":"email","email":"mary@hospital.example"}""")]
    [InlineData("sub_id", """{"format":"opaque","id":"acme-connector"}""")]
    [InlineData("sub_id", """{"format":"complex","user":{"format":"iss_sub","iss":"https://idp.example","sub":"dr-jones"}}""")]
    [InlineData("txn", "8675309")]
    public async Task Read_WhatTheProfileAllows_IsAnEvent(string path, string json) =>
        Assert.NotNull((await ReadAsync(Recipe().Set(path, json).Sign())).Event);

    [Theory]
    [InlineData("header.typ", null, "invalid_request")]
    [InlineData("header.typ", "\"JWT\"", "invalid_request")]
    [InlineData("header.typ", "\"at+jwt\"", "invalid_request")]
    [InlineData("header.alg", "\"none\"", "invalid_key")]
    [InlineData("header.alg", "\"HS256\"", "invalid_key")]
    [InlineData("header.alg", "\"RS384\"", "invalid_key")]
    [InlineData("header.kid", "\"s2\"", "invalid_key")]
    [InlineData("header.crit", "[\"exp\"]", "invalid_request")]
    [InlineData("iss", null, "invalid_issuer")]
    [InlineData("iss", "\"https://signals.hospital.example/\"", "invalid_issuer")]
    [InlineData("aud", null, "invalid_audience")]
    [InlineData("aud", "\"https://elsewhere.example\"", "invalid_audience")]
    [InlineData("aud", "[]", "invalid_audience")]
    [InlineData("exp", "4102444800", "invalid_request")]
    [InlineData("sub", "\"dr-jones\"", "invalid_request")]
    [InlineData("jti", null, "invalid_request")]
    [InlineData("jti", "\"\"", "invalid_request")]
    [InlineData("jti", "7", "invalid_request")]
    [InlineData("iat", null, "invalid_request")]
    [InlineData("iat", "\"1777636800\"", "invalid_request")]
    [InlineData("iat", "-1", "invalid_request")]
    [InlineData("iat", "1e300", "invalid_request")]
    [InlineData("iat", "1777640000", "invalid_request")]
    [InlineData("iat", "1777632000", "invalid_request")]
    [InlineData("events", null, "invalid_request")]
    [InlineData("events", "{}", "invalid_request")]
    [InlineData("events", "[]", "invalid_request")]
    [InlineData("events", """{"a":{},"b":{}}""", "invalid_request")]
    [InlineData("events", """{"a":null}""", "invalid_request")]
    [InlineData("events", """{"a":{"event_timestamp":"now"}}""", "invalid_request")]
    [InlineData("sub_id", null, "invalid_request")]
    [InlineData("sub_id", "\"dr-jones\"", "invalid_request")]
    [InlineData("sub_id", """{"format":"opaque"}""", "invalid_request")]
    [InlineData("sub_id", """{"format":"opaque","id":""}""", "invalid_request")]
    [InlineData("sub_id", """{"format":"iss_sub","sub":"dr-jones"}""", "invalid_request")]
    [InlineData("sub_id", """{"format":"phone_number","phone_number":"+1"}""", "invalid_request")]
    [InlineData(
        "sub_id",
        """{"format":"complex","user":{"format":"opaque","id":"a"},"tenant":{"format":"opaque","id":"b"}}""",
        "invalid_request"
    )]
    public async Task Read_AnythingElse_IsRefusedInTheWordsOfTheStandard(string path, string? json, string error)
    {
        var check = await ReadAsync(Recipe().Set(path, json).Sign());

        Assert.Equal((null, error), (check.Event, check.Error));
    }

    [Fact]
    public async Task Read_ASignatureOfAnotherKey_IsRefused()
    {
        Assert.Equal("invalid_key", (await ReadAsync(Recipe().Sign(Other))).Error);
        var token = Recipe().Sign();
        Assert.Equal("invalid_key", (await ReadAsync(token[..^8] + "AAAAAAAA")).Error);
    }

    [Fact]
    public async Task Read_AWeakKeyOrAnotherAlgorithm_IsRefused()
    {
        foreach (var key in new[] { Weak, Curve })
        {
            var recipe = new SignalRecipe(key, _clock.GetUtcNow(), "session-revoked", SignalRecipe.Opaque("a"));

            Assert.Equal("invalid_key", (await ReadAsync(recipe.Sign())).Error);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30.e30.e30")]
    [InlineData("e30.e30.e30")]
    public async Task Read_NoToken_IsRefused(string text) => Assert.NotNull((await ReadAsync(text)).Error);

    [Fact]
    public async Task Read_ATokenThatIsTooLong_IsRefused() =>
        Assert.Equal("invalid_request", (await ReadAsync(Recipe().Set("pad", $"\"{new string('a', 40_000)}\"").Sign())).Error);

    [Theory]
    [InlineData(-60, false)]
    [InlineData(-60, true)]
    [InlineData(600, false)]
    public async Task Read_AMomentOfItsOwn_CountsUpToNow(int seconds, bool inMilliseconds)
    {
        var moment = _clock.GetUtcNow().AddSeconds(seconds);
        var said = new JsonObject { ["event_timestamp"] = inMilliseconds ? moment.ToUnixTimeMilliseconds() : moment.ToUnixTimeSeconds() };

        var check = await ReadAsync(Recipe(said).Sign());

        Assert.Equal(seconds > 0 ? _clock.GetUtcNow() : moment, check.Event!.HappenedAt);
    }

    [Fact]
    public async Task Read_WithoutKeys_IsNeitherTakenNorRefused()
    {
        using var reader = new SecurityEventReader(
            new TransmitterOptions
            {
                Name = "okta",
                Issuer = SignalRecipe.Issuer,
                Audience = SignalRecipe.Audience,
                Jwks = _keys + ".absent",
            },
            _clock,
            NullLogger.Instance
        );

        var check = await reader.ReadAsync(Recipe().Sign(), TestContext.Current.CancellationToken);

        Assert.Equal((null, null), (check.Event, check.Error));
    }

    // Ten seconds of the rate, and the one that shows that they are used up; a transmitter sends again what is not taken.
    [Fact]
    public async Task Read_FromAnAddressThatPushedManyFalseOnes_IsNeitherTakenNorRefused()
    {
        var (stranger, transmitter) = (IPAddress.Parse("192.0.2.1"), IPAddress.Parse("198.51.100.1"));
        var forged = Recipe(Other).Sign();
        for (var pushed = 0; pushed < 201; pushed++)
        {
            Assert.Equal("invalid_key", (await PushAsync(forged, stranger)).Error);
        }

        var waits = await PushAsync(Recipe().Sign(), stranger);

        Assert.Equal((null, null, SecurityEventReader.NoRoom), (waits.Event, waits.Error, waits.Detail));
        Assert.NotNull((await PushAsync(Recipe().Sign(), transmitter)).Event);
        Assert.NotNull((await ReadAsync(Recipe().Sign())).Event);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull((await PushAsync(Recipe().Sign(), stranger)).Event);
    }

    // Who invents keys has them looked for less often; a signal that comes by a new key meanwhile is not refused for good, since nobody
    // would send it again.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_ByANewKeyWhileStrangersInventSome_IsTakenOnceItWasLookedFor(bool areThereStrangers)
    {
        var next = SigningKey.Rs256("s2");
        Assert.NotNull((await ReadAsync(Recipe().Sign())).Event);
        _clock.Advance(TimeSpan.FromSeconds(6));
        if (areThereStrangers)
        {
            Assert.Equal("invalid_key", (await ReadAsync(Recipe().Set("header.kid", "\"invented\"").Sign())).Error);
        }

        await File.WriteAllTextAsync(_keys, SigningKey.Jwks(Key, next), TestContext.Current.CancellationToken);
        _clock.Advance(TimeSpan.FromSeconds(6));
        var meanwhile = await ReadAsync(Recipe(next).Sign());
        Assert.Equal(areThereStrangers, meanwhile.Event is null);
        Assert.Null(meanwhile.Error);
        Assert.NotNull((await ReadAsync(Recipe().Sign())).Event);

        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.NotNull((await ReadAsync(Recipe(next).Sign())).Event);
    }

    private SignalRecipe Recipe(SigningKey key) =>
        new(key, _clock.GetUtcNow(), "session-revoked", SignalRecipe.IssSub("https://idp.example", "dr-jones"));

    private SignalRecipe Recipe(JsonObject? said = null) =>
        new(Key, _clock.GetUtcNow(), "session-revoked", SignalRecipe.IssSub("https://idp.example", "dr-jones"), said);

    private Task<SecurityEventCheck> PushAsync(string token, IPAddress peer) =>
        _reader.ReadAsync(token, TestContext.Current.CancellationToken, peer);

    private Task<SecurityEventCheck> ReadAsync(string token) => _reader.ReadAsync(token, TestContext.Current.CancellationToken);
}
