using PhiGateway.Admin.Configuration;
using PhiGateway.Identity.Issuers;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Identity;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>An administrator sees by whose keys this node checks what others signed, and has it forget them, on record.</summary>
public sealed class HeldKeysTests : IAsyncDisposable
{
    private const string Path = "/admin/v1/issuers";

    private readonly SigningKey _first = SigningKey.Es256("k1");
    private readonly SigningKey _second = SigningKey.Es256("k2");
    private LoopbackIssuer _provider = null!;
    private AdminServer _server = null!;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Issuers_TheAdministratorsOwnProvider_IsShownWithItsKeys()
    {
        await StartAsync();
        Assert.False((bool)(await ShownAsync())["ready"]!);
        Assert.Equal(200, await CallAsync(_first));

        var shown = await ShownAsync();
        Assert.Equal(("administrators", true), ((string)shown["use"]!, (bool)shown["ready"]!));
        var key = Assert.Single(shown["keys"]!.AsArray())!;
        Assert.Equal(("k1", "EC P-256"), ((string)key["key_id"]!, (string)key["type"]!));
        Assert.Equal(ProofRecipe.ThumbprintOf(_first), (string)key["thumbprint"]!);
    }

    [Fact]
    public async Task Token_OfAKeyThatIsNewAtTheProvider_PassesAtOnce()
    {
        await StartAsync();
        Assert.Equal(200, await CallAsync(_first));
        _provider.Jwks = SigningKey.Jwks(_first, _second);
        _server.Time.Now += IssuerKeySource.MinimumInterval;

        Assert.Equal(200, await CallAsync(_second));
        Assert.Equal(200, await CallAsync(_first));
        Assert.Equal(401, await CallAsync(SigningKey.Es256("k1")));
    }

    [Fact]
    public async Task Purge_AfterTheProviderWithdrewAKey_EndsWhatItSigned()
    {
        await StartAsync();
        Assert.Equal(200, await CallAsync(_first));
        _provider.Jwks = SigningKey.Jwks(_second);
        Assert.Equal(200, await CallAsync(_first));

        Assert.Equal(403, (await _server.PostAsync(Path + "/sign-in:purge-keys", "{}", "vera")).Status);
        Assert.Equal(404, (await _server.PostAsync(Path + "/nobody:purge-keys", "{}", "adam")).Status);
        Assert.Equal(200, await CallAsync(_first));
        var purged = await _server.PostAsync(Path + "/sign-in:purge-keys", "{}", "adam");

        Assert.Equal((200, true), (purged.Status, (bool)purged.Json["ready"]!));
        Assert.Equal(401, await CallAsync(_first));
        Assert.Equal(200, await CallAsync(_second));
        Assert.Equal(
            ["issuer/sign-in", "issuer/sign-in"],
            _server.Journal.Records.Where(static record => record.Event == "issuer.purge-keys").Select(static record => record.Target)
        );
    }

    [Fact]
    public async Task Purge_WhileTheProviderIsAway_LetsNobodyInByIt()
    {
        await StartAsync();
        Assert.Equal(200, await CallAsync(_first));
        _provider.Status = 503;
        var purged = await _server.PostAsync(Path + "/sign-in:purge-keys", "{}", "adam");

        Assert.Equal((200, false), (purged.Status, (bool)purged.Json["ready"]!));
        Assert.Equal(401, await CallAsync(_first));
        _provider.Status = 200;
        _server.Time.Now += IssuerKeySource.MinimumInterval;
        Assert.Equal(200, await CallAsync(_first));
    }

    // Weak keys are refused where they are read, and one who names another issuer is not believed.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Token_OfAProviderThatCannotBeBelieved_Is401(bool isWeak)
    {
        var weak = SigningKey.Rs256("w", 1024);
        await StartAsync();
        if (isWeak)
        {
            _provider.Jwks = SigningKey.Jwks(weak);
        }
        else
        {
            _provider.Discovery = static issuer => $$"""{"issuer":"https://other.example","jwks_uri":"{{issuer.Issuer}}/jwks"}""";
        }

        Assert.Equal(401, await CallAsync(isWeak ? weak : _first));
        Assert.False((bool)(await ShownAsync())["ready"]!);
    }

    private async Task<System.Text.Json.Nodes.JsonNode> ShownAsync()
    {
        var answer = await _server.GetAsync(Path);
        Assert.Equal(200, answer.Status);
        return answer.Json["items"]!.AsArray().Single(static item => (string)item!["name"]! == SignInProvider.Known)!;
    }

    private async Task<int> CallAsync(SigningKey key)
    {
        var token = new TokenRecipe(key, _provider.Issuer, _server.Time.Now)
            .Set("aud", "phi-admin")
            .Set("sub", "ines@hospital.example")
            .Set("roles", "operator")
            .Set("exp", 4_700_000_000)
            .Sign();
        return (await _server.SendAsync(null, "GET", "/admin/v1/clients", null, ("Authorization", "Bearer " + token))).Status;
    }

    private async Task StartAsync()
    {
        _provider = await LoopbackIssuer.StartAsync(_first);
        _server = await AdminServer.StartAsync(options =>
            options.Oidc = new AdminOidcOptions
            {
                Issuer = _provider.Issuer,
                Audience = "phi-admin",
                Algorithms = ["ES256", "RS256"],
            }
        );
    }
}
