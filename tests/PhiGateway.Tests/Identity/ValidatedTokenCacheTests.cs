using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

public sealed class ValidatedTokenCacheTests : IDisposable
{
    private readonly IdentityHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Authenticate_SecondCall_IsSynchronousAndGivesTheSameCaller()
    {
        var request = _host.Request("Bearer " + _host.Recipe().Sign());
        var first = await _host.Authenticator.AuthenticateAsync(request);

        var second = _host.Authenticator.AuthenticateAsync(request);

        Assert.True(second.IsCompletedSuccessfully);
        Assert.Same(first.Caller, (await second).Caller);
    }

    [Fact]
    public async Task Authenticate_Hit_AllocatesNothing()
    {
        var request = _host.Request("Bearer " + _host.Recipe().Sign());
        await _host.Authenticator.AuthenticateAsync(request);
        var synchronous = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var call = 0; call < 100; call++)
        {
            var answer = _host.Authenticator.AuthenticateAsync(request);
            synchronous += answer.IsCompletedSuccessfully ? 1 : 0;
        }

        // Less than a byte per call: nothing, but for what the runtime does once.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 99);
        Assert.Equal(100, synchronous);
    }

    [Fact]
    public async Task Authenticate_InvalidToken_IsNotKept()
    {
        await _host.BearerAsync(_host.Recipe().Set("aud", "https://other.example"));

        Assert.Equal(0, _host.Cache.Count);
    }

    [Fact]
    public async Task Authenticate_HitAfterExpiry_RefusesExpired()
    {
        var token = "Bearer " + _host.Recipe().Sign();
        Assert.NotNull((await _host.AuthenticateAsync(token)).Caller);
        _host.Clock.Advance(TimeSpan.FromSeconds(330));

        Assert.Same(DenyReason.ExpiredToken, (await _host.AuthenticateAsync(token)).Refusal);
        Assert.Equal(0, _host.Cache.Count);
    }

    [Fact]
    public async Task Authenticate_KeyWithdrawn_RefusesTheCachedToken()
    {
        var token = "Bearer " + _host.Recipe().Sign();
        Assert.NotNull((await _host.AuthenticateAsync(token)).Caller);
        _host.Publish(SigningKey.Es256("k2"));

        await _host.Directory.Issuers[0].Keys.RefreshAsync(force: true);

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync(token)).Refusal);
    }

    [Fact]
    public async Task Authenticate_KeyReplacedUnderTheSameName_RefusesTheCachedToken()
    {
        var token = "Bearer " + _host.Recipe().Sign();
        Assert.NotNull((await _host.AuthenticateAsync(token)).Caller);
        var replacement = SigningKey.Es256("k1");
        _host.Publish(replacement);

        await _host.Directory.Issuers[0].Keys.RefreshAsync(force: true);

        Assert.Same(DenyReason.InvalidToken, (await _host.AuthenticateAsync(token)).Refusal);
        Assert.NotNull((await _host.BearerAsync(_host.Recipe(replacement))).Caller);
    }

    [Fact]
    public async Task Authenticate_KeyAdded_KeepsTheCachedToken()
    {
        var token = "Bearer " + _host.Recipe().Sign();
        var first = (await _host.AuthenticateAsync(token)).Caller;
        _host.Publish(_host.Key, SigningKey.Es256("k2"));

        await _host.Directory.Issuers[0].Keys.RefreshAsync(force: true);

        Assert.Same(first, (await _host.AuthenticateAsync(token)).Caller);
    }

    [Fact]
    public async Task Authenticate_LongLivedTokenAfterFiveMinutes_IsValidatedAnew()
    {
        using var host = new IdentityHost(options => options.MaxTokenLifetime = TimeSpan.FromHours(1));
        var token = "Bearer " + host.Recipe().Set("exp", host.Clock.GetUtcNow().ToUnixTimeSeconds() + 3600).Sign();
        var first = (await host.AuthenticateAsync(token)).Caller;
        host.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Same(first, (await host.AuthenticateAsync(token)).Caller);
        host.Clock.Advance(TimeSpan.FromMinutes(1));

        var again = (await host.AuthenticateAsync(token)).Caller;

        Assert.NotNull(again);
        Assert.NotSame(first, again);
    }

    [Fact]
    public async Task Add_BeyondCapacity_KeepsWhatIsUsed()
    {
        var cache = new ValidatedTokenCache(3);
        var keys = new List<string>();
        for (var index = 0; index < 3; index++)
        {
            keys.Add(await AddAsync(cache, $"token-{index}"));
        }

        Assert.True(cache.TryGet(keys[0], 0, out _));
        keys.Add(await AddAsync(cache, "token-3"));

        Assert.Equal(3, cache.Count);
        Assert.True(cache.TryGet(keys[0], 0, out _));
        Assert.False(cache.TryGet(keys[1], 0, out _));
        Assert.True(cache.TryGet(keys[3], 0, out _));
    }

    [Fact]
    public async Task Add_EveryTokenInUse_StillKeepsTheBound()
    {
        var cache = new ValidatedTokenCache(4);
        for (var index = 0; index < 40; index++)
        {
            var key = await AddAsync(cache, $"token-{index}");
            Assert.True(cache.TryGet(key, 0, out _));
        }

        Assert.Equal(4, cache.Count);
    }

    [Fact]
    public async Task Add_SameTokenManyTimes_KeepsOne()
    {
        var cache = new ValidatedTokenCache(2);
        for (var index = 0; index < 10; index++)
        {
            await AddAsync(cache, "token");
        }

        Assert.Equal(1, cache.Count);
        Assert.True(cache.TryGet("token", 0, out _));
    }

    [Theory]
    [InlineData("header.payload.signature-of-thirty-two-letters-and-more", true)]
    [InlineData("header.payloae.signature-of-thirty-two-letters-and-more", false)]
    [InlineData("Header.payload.signature-of-thirty-two-letters-and-more", false)]
    [InlineData("header.payload.signature-of-thirty-two-letters-and-mord", false)]
    [InlineData("xheader.payload.signature-of-thirty-two-letters-and-more", false)]
    [InlineData("signature-of-thirty-two-letters-and-more", false)]
    [InlineData("", false)]
    public async Task TryGet_AnyOtherText_IsAnotherToken(string asked, bool isFound)
    {
        var cache = new ValidatedTokenCache(4);
        await AddAsync(cache, "header.payload.signature-of-thirty-two-letters-and-more");

        Assert.Equal(isFound, cache.TryGet(asked, 0, out var found));
        Assert.Equal(isFound, found is not null);
    }

    [Fact]
    public void TokenKey_LongToken_HashesAllOfIt()
    {
        var token = new string('a', 9000);

        Assert.NotEqual(TokenKey.Of(token), TokenKey.Of(token + "a"));
        Assert.Equal(TokenKey.Of(token), TokenKey.Of(token));
    }

    private async Task<string> AddAsync(ValidatedTokenCache cache, string token)
    {
        var issuer = _host.Directory.Issuers[0];
        var keys = issuer.Keys.Current ?? await issuer.Keys.RefreshAsync(force: true);
        var caller = (await _host.BearerAsync(_host.Recipe())).Caller!;
        cache.Add(new CachedToken(token, caller, issuer, keys!.Find("k1", SignatureAlgorithm.Find("ES256")!)!, keys, null, null, 1));
        return token;
    }
}
