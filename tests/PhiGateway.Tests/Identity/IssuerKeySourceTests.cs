using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

public sealed class IssuerKeySourceTests
{
    [Fact]
    public async Task Authenticate_TwoIssuers_EachWithItsOwnKeys()
    {
        var key = SigningKey.Rs256("r1");
        await using var issuer = await LoopbackIssuer.StartAsync(key);
        using var host = new IdentityHost(null, issuer.Options);

        Assert.Equal("hospital-idp", (await host.BearerAsync(host.Recipe())).Caller?.Issuer);
        Assert.Equal("loopback-idp", (await host.BearerAsync(host.Recipe(key, issuer.Issuer))).Caller?.Issuer);
        Assert.Same(DenyReason.InvalidToken, (await host.BearerAsync(host.Recipe(host.Key, issuer.Issuer))).Refusal);
        Assert.All(host.Authenticator.GetStatus(), status => Assert.True(status.Ready));
    }

    [Fact]
    public async Task Authenticate_KeyNotSeenBefore_IsFetched()
    {
        var old = SigningKey.Es256("k1");
        var fresh = SigningKey.Es256("k2");
        await using var issuer = await LoopbackIssuer.StartAsync(old);
        using var host = new IdentityHost(null, issuer.Options);
        Assert.NotNull((await host.BearerAsync(host.Recipe(old, issuer.Issuer))).Caller);
        issuer.Jwks = SigningKey.Jwks([old, fresh]);
        host.Clock.Advance(IssuerKeySource.MinimumInterval);

        Assert.NotNull((await host.BearerAsync(host.Recipe(fresh, issuer.Issuer))).Caller);
        Assert.Equal(2, issuer.Fetches);
    }

    [Fact]
    public async Task PurgeKeys_KeyWithdrawn_RefusesItsTokensAtOnceAlsoFromTheCache()
    {
        var (stolen, good) = (SigningKey.Es256("k1"), SigningKey.Es256("k2"));
        await using var issuer = await LoopbackIssuer.StartAsync(stolen, good);
        using var host = new IdentityHost(null, issuer.Options);
        var (dead, alive) = ("Bearer " + host.Recipe(stolen, issuer.Issuer).Sign(), "Bearer " + host.Recipe(good, issuer.Issuer).Sign());
        Assert.NotNull((await host.AuthenticateAsync(dead)).Caller);
        Assert.NotNull((await host.AuthenticateAsync(alive)).Caller);
        issuer.Jwks = SigningKey.Jwks([good]);
        Assert.NotNull((await host.AuthenticateAsync(dead)).Caller);

        Assert.True(await host.Authenticator.PurgeAsync("loopback-idp"));
        Assert.Equal("k2", Assert.Single(host.Authenticator.Held.Single(static one => one.Name == "loopback-idp").Keys).KeyId);

        Assert.Same(DenyReason.InvalidToken, (await host.AuthenticateAsync(dead)).Refusal);
        Assert.NotNull((await host.AuthenticateAsync(alive)).Caller);
        Assert.False(await host.Authenticator.PurgeAsync("nobody"));
    }

    [Fact]
    public async Task PurgeKeys_IssuerAway_RefusesEverythingOfIt()
    {
        var key = SigningKey.Es256("k1");
        await using var issuer = await LoopbackIssuer.StartAsync(key);
        using var host = new IdentityHost(null, issuer.Options);
        var token = "Bearer " + host.Recipe(key, issuer.Issuer).Sign();
        Assert.NotNull((await host.AuthenticateAsync(token)).Caller);
        issuer.Status = 503;

        Assert.True(await host.Authenticator.PurgeAsync("loopback-idp"));
        var held = host.Authenticator.Held.Single(static one => one.Name == "loopback-idp");
        Assert.Equal((false, 0), (held.Ready, held.Keys.Count));

        Assert.Same(DenyReason.IssuerUnavailable, (await host.AuthenticateAsync(token)).Refusal);
        issuer.Status = 200;
        host.Clock.Advance(IssuerKeySource.MinimumInterval);
        Assert.NotNull((await host.AuthenticateAsync(token)).Caller);
    }

    [Fact]
    public async Task Authenticate_ManyInventedKeys_FetchOnce()
    {
        var key = SigningKey.Es256("k1");
        await using var issuer = await LoopbackIssuer.StartAsync(key);
        using var host = new IdentityHost(null, issuer.Options);
        Assert.NotNull((await host.BearerAsync(host.Recipe(key, issuer.Issuer))).Caller);
        host.Clock.Advance(IssuerKeySource.MinimumInterval);

        for (var call = 0; call < 20; call++)
        {
            Assert.Same(
                DenyReason.InvalidToken,
                (await host.BearerAsync(host.Recipe(SigningKey.Es256($"invented-{call}"), issuer.Issuer))).Refusal
            );
        }

        Assert.Equal(2, issuer.Fetches);
    }

    [Fact]
    public async Task Authenticate_KeysInventedForTenSeconds_FetchOnceAndANewKeyIsFoundAfterwards()
    {
        var (key, fresh) = (SigningKey.Es256("k1"), SigningKey.Es256("k2"));
        await using var issuer = await LoopbackIssuer.StartAsync(key);
        using var host = new IdentityHost(null, issuer.Options);
        Assert.NotNull((await host.BearerAsync(host.Recipe(key, issuer.Issuer))).Caller);
        host.Clock.Advance(IssuerKeySource.MinimumInterval);

        for (var second = 0; second < 10; second++)
        {
            var invented = SigningKey.Es256($"invented-{second}");
            Assert.Same(DenyReason.InvalidToken, (await host.BearerAsync(host.Recipe(invented, issuer.Issuer))).Refusal);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, issuer.Fetches);
        issuer.Jwks = SigningKey.Jwks([key, fresh]);
        host.Clock.Advance(IssuerKeySource.MinimumInterval);
        Assert.NotNull((await host.BearerAsync(host.Recipe(fresh, issuer.Issuer))).Caller);
    }

    [Fact]
    public async Task Refresh_KeySetThatIsTooLarge_IsNotTaken()
    {
        var key = SigningKey.Es256("k1");
        await using var issuer = await LoopbackIssuer.StartAsync(key);
        var good = issuer.Jwks;
        issuer.Jwks = $"{good[..^1]},\"padding\":\"{new string('x', 300_000)}\"}}";
        using var host = new IdentityHost(null, issuer.Options);

        Assert.Null(await host.Directory.Issuers[1].Keys.RefreshAsync(force: true));
        issuer.Jwks = good;
        Assert.NotNull(await host.Directory.Issuers[1].Keys.RefreshAsync(force: true));
    }

    [Fact]
    public async Task Authenticate_IssuerDownThenUp_RefusesThenAccepts()
    {
        var key = SigningKey.Es256("k1");
        await using var issuer = await LoopbackIssuer.StartAsync(key);
        issuer.Status = 503;
        using var host = new IdentityHost(null, issuer.Options);
        var recipe = host.Recipe(key, issuer.Issuer);

        Assert.Same(DenyReason.IssuerUnavailable, (await host.BearerAsync(recipe)).Refusal);
        var status = host.Authenticator.GetStatus()[1];
        Assert.False(status.Ready);
        Assert.Contains("503", status.Message, StringComparison.Ordinal);
        Assert.NotNull((await host.BearerAsync(host.Recipe())).Caller);

        issuer.Status = 200;
        host.Clock.Advance(IssuerKeySource.MinimumInterval);

        Assert.NotNull((await host.BearerAsync(recipe)).Caller);
        Assert.True(host.Authenticator.GetStatus()[1].Ready);
    }

    [Fact]
    public async Task Authenticate_IssuerNotListening_RefusesIssuerUnavailable()
    {
        LoopbackIssuer gone;
        await using (gone = await LoopbackIssuer.StartAsync()) { }

        using var host = new IdentityHost(null, gone.Options);

        Assert.Same(DenyReason.IssuerUnavailable, (await host.BearerAsync(host.Recipe(SigningKey.Es256("k1"), gone.Issuer))).Refusal);
        Assert.Contains("cannot be reached", host.Authenticator.GetStatus()[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refresh_IssuerGoneAfterwards_KeepsTheKeysForADayAndNoLonger()
    {
        var key = SigningKey.Es256("k1");
        await using var issuer = await LoopbackIssuer.StartAsync(key);
        using var host = new IdentityHost(null, issuer.Options);
        var source = host.Directory.Issuers[1].Keys;
        await source.RefreshAsync(force: true);
        issuer.Status = 500;

        host.Clock.Advance(IssuerKeySource.MaximumAge - TimeSpan.FromSeconds(1));
        Assert.NotNull(await source.RefreshAsync(force: true));
        Assert.Contains("last refresh failed", source.Status.Message, StringComparison.Ordinal);

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await source.RefreshAsync(force: true));
        Assert.False(source.Status.Ready);
        Assert.Same(DenyReason.IssuerUnavailable, (await host.BearerAsync(host.Recipe(key, issuer.Issuer))).Refusal);
    }

    [Theory]
    [InlineData("<html>login</html>", "not JSON")]
    [InlineData("{\"issuer\":\"https://elsewhere.example\",\"jwks_uri\":\"https://elsewhere.example/jwks\"}", "another issuer")]
    [InlineData("[]", "another issuer")]
    public async Task Refresh_DiscoveryDocumentWrong_SaysWhy(string document, string words)
    {
        await using var issuer = await LoopbackIssuer.StartAsync(SigningKey.Es256("k1"));
        issuer.Discovery = _ => document;
        using var host = new IdentityHost(null, issuer.Options);

        Assert.Null(await host.Directory.Issuers[1].Keys.RefreshAsync(force: true));
        Assert.Contains(words, host.Authenticator.GetStatus()[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://keys.hospital.example/jwks")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/jwks")]
    public async Task Refresh_KeysNotOverHttps_AreNotFetched(string location)
    {
        await using var issuer = await LoopbackIssuer.StartAsync(SigningKey.Es256("k1"));
        issuer.Discovery = self => $$"""{"issuer":"{{self.Issuer}}","jwks_uri":"{{location}}"}""";
        using var host = new IdentityHost(null, issuer.Options);

        Assert.Null(await host.Directory.Issuers[1].Keys.RefreshAsync(force: true));
        Assert.Contains("https", host.Authenticator.GetStatus()[1].Message, StringComparison.Ordinal);
        Assert.Equal(0, issuer.Fetches);
    }

    [Fact]
    public async Task Refresh_Redirect_IsNotFollowed()
    {
        await using var issuer = await LoopbackIssuer.StartAsync(SigningKey.Es256("k1"));
        issuer.Status = 302;
        using var host = new IdentityHost(null, issuer.Options);

        Assert.Null(await host.Directory.Issuers[1].Keys.RefreshAsync(force: true));
        Assert.Equal(0, issuer.Fetches);
    }

    [Fact]
    public async Task Refresher_Started_FetchesWithoutARequest()
    {
        await using var issuer = await LoopbackIssuer.StartAsync(SigningKey.Es256("k1"));
        using var host = new IdentityHost(null, issuer.Options);
        using var refresher = new IssuerKeyRefresher(host.Directory, TimeProvider.System);

        await refresher.StartAsync(CancellationToken.None);
        while (issuer.Fetches == 0)
        {
            await Task.Delay(10);
        }

        await refresher.StopAsync(CancellationToken.None);
        Assert.NotNull(await host.Directory.Issuers[1].Keys.RefreshAsync(force: false));
    }
}
