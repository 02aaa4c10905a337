using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Console.Composition;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Sessions;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Identity;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The provider's logout token ends what was begun by its moment, and whatever is no logout token ends nothing, on record.</summary>
public sealed class BackChannelLogoutTests : IAsyncLifetime
{
    private readonly SigningKey _key = SigningKey.Es256("k1");
    private readonly HttpClient _http = new();
    private LoopbackIssuer _provider = null!;
    private AdminServer _server = null!;

    private SessionFleet Fleet => _server.Services.GetRequiredService<SessionFleet>();

    public async ValueTask InitializeAsync()
    {
        _provider = await LoopbackIssuer.StartAsync(_key);
        var oidc = new AdminOidcOptions
        {
            Issuer = _provider.Issuer,
            Audience = "phi-admin",
            Algorithms = ["ES256"],
        };
        _server = await AdminServer.StartAsync(
            configure: options => (options.Oidc, options.FalseTokensPerSecondPerPeer) = (oidc, 1),
            services: services =>
                services
                    .AddSingleton<ISingleUses>(new SharedUses())
                    .AddPhiGatewayConsole(
                        new ConsoleOptions
                        {
                            PublicBase = new Uri("http://" + ConsoleServer.Host),
                            Oidc = oidc,
                            ClientId = "console",
                        }
                    ),
            before: static app => app.UsePhiGatewayConsole()
        );
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Theory]
    [InlineData("sid")]
    [InlineData("sub")]
    public async Task Logout_OfAPersonOrASession_EndsWhatBeganByItsMoment(string by)
    {
        var before = await BeginAsync();
        var token = Token(by);
        Assert.Equal(HttpStatusCode.OK, await SendAsync(token));
        Assert.Null(await Fleet.FindAsync(before, isClick: true));

        // The person signs in anew, under the same session of the provider; the same token again is no other logout.
        _server.Time.Now = _server.Time.Now.AddSeconds(1);
        var after = await BeginAsync();
        Assert.Equal(HttpStatusCode.OK, await SendAsync(token));
        Assert.NotNull(await Fleet.FindAsync(after, isClick: true));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(Token(by)));
        Assert.Null(await Fleet.FindAsync(after, isClick: true));

        // Nothing of it is a row of the registry, which would stay.
        Assert.Empty(await _server.Store.ListRevocationsAsync(10, default));
        Assert.Equal(3, _server.Journal.Records.Count(static record => record.Event == "console.back-channel-logout"));
    }

    public static TheoryData<string> Flaws =>
        new(
            "no token",
            "signature",
            "issuer",
            "audience",
            "nonce",
            "events",
            "jti",
            "old",
            "of the future",
            "no iat",
            "no subject",
            "id token"
        );

    [Theory]
    [MemberData(nameof(Flaws))]
    public async Task Logout_ThatIsNone_EndsNothingAndIsOnRecord(string flaw)
    {
        var session = await BeginAsync();
        var now = _server.Time.Now.ToUnixTimeSeconds();
        var token = flaw switch
        {
            "no token" => string.Empty,
            "signature" => Recipe("sid").SignWith(SigningKey.Es256("k1")),
            "issuer" => Recipe("sid").Set("iss", "https://other.example").Sign(),
            "audience" => Recipe("sid").Set("aud", "another").Sign(),
            "nonce" => Recipe("sid").Set("nonce", "n").Sign(),
            "events" => Recipe("sid").Set("events", new JsonObject { ["other"] = new JsonObject() }).Sign(),
            "jti" => Recipe("sid").Without("jti").Sign(),
            "old" => Recipe("sid").Set("iat", now - 301).Sign(),
            "of the future" => Recipe("sid").Set("iat", now + 61).Sign(),
            "no iat" => Recipe("sid").Without("iat").Sign(),
            "no subject" => Recipe("sid").Without("sid").Sign(),
            _ => Recipe("sid").Without("events").Sign(),
        };

        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(token));
        Assert.NotNull(await Fleet.FindAsync(session, isClick: true));
        var record = Assert.Single(_server.Journal.Records, static record => record.Reason?.StartsWith("logout-token:") == true);
        Assert.Equal("deny", record.Decision);
        Assert.Equal(HttpStatusCode.OK, await SendAsync(Token("sid")));
        Assert.Null(await Fleet.FindAsync(session, isClick: true));
    }

    [Fact]
    public async Task Logout_ThatIsNoneAgainAndAgain_IsRecordedWithinBounds()
    {
        for (var number = 0; number < 200; number++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, await SendAsync("a.b.c"));
        }

        Assert.InRange(_server.Journal.Records.Count, 1, 60);
    }

    [Fact]
    public async Task Logout_AfterManyFalseOnes_IsToBeSentAgain()
    {
        var forged = Recipe("sid").SignWith(SigningKey.Es256("k1"));
        var status = HttpStatusCode.OK;
        for (var shown = 0; status == HttpStatusCode.OK && shown < 1000; shown++)
        {
            Assert.NotEqual(HttpStatusCode.OK, await SendAsync(forged));
            status = await SendAsync(Token("sid"));
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
    }

    [Theory]
    [InlineData("signature")]
    [InlineData("id token")]
    public async Task Logout_AfterAFewThatAreNone_IsTakenFromWhereOneWasTaken(string flaw)
    {
        Assert.Equal(HttpStatusCode.OK, await SendAsync(Token("sid")));
        var none = flaw == "signature" ? Recipe("sid").SignWith(SigningKey.Es256("k1")) : Recipe("sid").Without("events").Sign();
        for (var shown = 0; shown < 30; shown++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(none));
        }

        var session = await BeginAsync();
        Assert.Equal(HttpStatusCode.OK, await SendAsync(Token("sid")));
        Assert.Null(await Fleet.FindAsync(session, isClick: true));
    }

    private Task<string> BeginAsync() =>
        Fleet.BeginAsync(
            new ConsoleSession(
                new AdminCaller("mary@hospital.example", "oidc", ["viewer"]),
                "Mary",
                string.Empty,
                _server.Time.Now,
                new ProviderSession("00u-mary", "sid-1", _server.Time.Now)
            )
        );

    private string Token(string by) => Recipe(by).Sign();

    private TokenRecipe Recipe(string by)
    {
        var recipe = new TokenRecipe(_key, _provider.Issuer, _server.Time.Now)
            .SetHeader("typ", "logout+jwt")
            .Set("aud", "console")
            .Set("exp", 4_700_000_000)
            .Set("events", new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() })
            .Without("sub");
        return by == "sub" ? recipe.Set("sub", "00u-mary") : recipe.Set("sid", "sid-1");
    }

    private async Task<HttpStatusCode> SendAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, "/console/sign-in/ended"));
        request.Headers.Host = ConsoleServer.Host;
        request.Content = new FormUrlEncodedContent([KeyValuePair.Create("logout_token", token)]);
        using var answer = await _http.SendAsync(request);
        return answer.StatusCode;
    }
}
