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

/// <summary>Opaque tokens of an identity provider that nobody here wrote, with plain answers and with signed ones (RFC 9701).</summary>
public sealed class OpaqueTokenTests
{
    private static readonly IdentityProviderClient Lab = new("lab", "system/Observation.rs")
    {
        ClientSecret = "lab-secret-for-tests-only-0123456789",
        Claims = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") },
    };

    [Theory]
    [InlineData("plain")]
    [InlineData("signed")]
    public async Task Authenticate_OpaqueToken_GivesTheCallerUntilItIsRevoked(string answers)
    {
        var gateway = new IdentityProviderClient("gateway", "system/Observation.rs")
        {
            ClientSecret = "gateway-secret-for-tests-only-0123456789",
            Introspects = answers,
        };
        await using var provider = await IdentityProvider.StartAsync(
            new IdentityProviderConfig(IdentityHost.Audience, [Lab, gateway]) { Format = "opaque" }
        );
        var secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, gateway.ClientSecret);
        var issuer = new IssuerOptions
        {
            Name = "idp",
            Issuer = provider.Issuer,
            Audience = IdentityHost.Audience,
            Algorithms = ["ES256"],
            Environment = "production",
            Introspection = new IntrospectionOptions
            {
                Endpoint = provider.Issuer + "/token/introspection",
                ClientId = gateway.ClientId,
                ClientSecret = "file:" + secret,
                Signed = answers == "signed",
                CacheTime = TimeSpan.Zero,
            },
        };
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddPhiGatewayIdentity([issuer], static _ => ScopeSet.Empty)
            .BuildServiceProvider();
        var token = await provider.TokenAsync(Lab);

        var active = await AuthenticateAsync(services, token);
        await provider.RevokeAsync(Lab, token);
        var revoked = await AuthenticateAsync(services, token);
        File.Delete(secret);

        Assert.DoesNotContain('.', token);
        Assert.Null(active.Refusal);
        Assert.Equal("lab", active.Caller!.ClientId);
        Assert.Equal("TREAT", Assert.Single(active.Caller.Purposes).Code);
        Assert.Same(DenyReason.InvalidToken, revoked.Refusal);
    }

    private static async Task<CallerResult> AuthenticateAsync(ServiceProvider services, string token)
    {
        await using var scope = services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Headers.Authorization = "Bearer " + token;
        return await services.GetRequiredService<ICallerAuthenticator>().AuthenticateAsync(context);
    }
}
