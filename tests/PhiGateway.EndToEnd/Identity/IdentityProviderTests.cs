using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Identity;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.EndToEnd.Identity;

/// <summary>Tokens of an identity provider that nobody here wrote.</summary>
public sealed class IdentityProviderTests : IAsyncLifetime
{
    private static readonly SigningKey BackendKey = SigningKey.Es256("backend-1");

    private static readonly IdentityProviderClient Lab = new("lab", "system/Observation.rs")
    {
        ClientSecret = "lab-secret-for-tests-only-0123456789",
        Claims = new JsonObject
        {
            ["tenant"] = "north",
            ["patient"] = "example",
            ["purpose_of_use"] = new JsonArray("TREAT"),
        },
    };

    private static readonly IdentityProviderClient Backend = new("backend", "system/Observation.rs")
    {
        Jwks = JsonNode.Parse(SigningKey.Jwks([BackendKey])),
        AssertionAlgorithm = "ES256",
    };

    private IdentityProvider _provider = null!;
    private ServiceProvider _services = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await IdentityProvider.StartAsync(new IdentityProviderConfig(IdentityHost.Audience, [Lab, Backend]));
        var issuer = new IssuerOptions
        {
            Name = "idp",
            Issuer = _provider.Issuer,
            Audience = IdentityHost.Audience,
            Algorithms = ["ES256"],
            Environment = "production",
        };
        _services = new ServiceCollection().AddLogging().AddPhiGatewayIdentity([issuer], _ => ScopeSet.Empty).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Authenticate_TokenByClientSecret_GivesTheCaller()
    {
        var result = await AuthenticateAsync(await _provider.TokenAsync(Lab));

        Assert.Null(result.Refusal);
        Assert.Equal("lab", result.Caller!.ClientId);
        Assert.Equal("north", result.Caller.Tenant);
        Assert.Equal("example", result.Caller.PatientContext?.Value);
        Assert.Equal("TREAT", Assert.Single(result.Caller.Purposes).Code);
        Assert.True(_services.GetRequiredService<ICallerAuthenticator>().GetStatus()[0].Ready);
    }

    [Fact]
    public async Task Authenticate_TokenByPrivateKeyJwt_CarriesTheAssertedPurpose()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var assertion = BackendKey.Token(
            """{"alg":"ES256","kid":"backend-1","typ":"JWT"}""",
            new JsonObject
            {
                ["iss"] = "backend",
                ["sub"] = "backend",
                ["aud"] = _provider.Issuer + "/token",
                ["iat"] = now,
                ["exp"] = now + 240,
                ["jti"] = Path.GetRandomFileName(),
                ["extensions"] = new JsonObject
                {
                    ["hl7-b2b"] = new JsonObject
                    {
                        ["version"] = "1",
                        ["organization_id"] = "https://lab.example",
                        ["purpose_of_use"] = new JsonArray("urn:oid:2.16.840.1.113883.5.8#HPAYMT"),
                    },
                },
            }.ToJsonString()
        );

        var result = await AuthenticateAsync(await _provider.TokenAsync(assertion, "system/Observation.rs"));

        Assert.Equal("HPAYMT", Assert.Single(result.Caller!.Purposes).Code);
    }

    [Fact]
    public async Task Authenticate_TokenWithAChangedSignature_RefusesInvalid()
    {
        var token = await _provider.TokenAsync(Lab);
        var at = token.LastIndexOf('.') + 5;

        var result = await AuthenticateAsync(token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..]);

        Assert.Same(DenyReason.InvalidToken, result.Refusal);
    }

    private async Task<CallerResult> AuthenticateAsync(string token)
    {
        await using var scope = _services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Headers.Authorization = "Bearer " + token;
        return await _services.GetRequiredService<ICallerAuthenticator>().AuthenticateAsync(context);
    }
}
