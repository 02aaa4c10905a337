using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Client;
using OpenIddict.Validation;
using PhiGateway.Tests.Common.Identity;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>
/// OpenIddict as a client of an authorization server (<c>private_key_jwt</c>), and as what validates its tokens in two resource servers: one
/// by the server's keys, one by asking it.
/// </summary>
internal sealed class OpenIddictPeer : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create();
    private readonly ServiceProvider _client;
    private readonly ServiceProvider _asking;

    /// <param name="issuer">The authorization server.</param>
    /// <param name="audience">The resource server.</param>
    /// <param name="clientId">Who asks.</param>
    /// <param name="key">What it signs with; one of an elliptic curve.</param>
    public OpenIddictPeer(string issuer, string audience, string clientId, SigningKey key)
    {
        // OpenIddict signs assertions with keys of the platform alone: with a JsonWebKey it sends none, and says nothing.
        _key.ImportFromPem(key.PrivatePem());
        var signing = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = key.KeyId }, key.Algorithm);
        var services = new ServiceCollection();
        services
            .AddOpenIddict()
            .AddClient(options =>
            {
                options.AllowClientCredentialsFlow();
                options.DisableTokenStorage();
                options.UseSystemNetHttp();
                options.AddRegistration(
                    new OpenIddictClientRegistration
                    {
                        Issuer = new Uri(issuer),
                        ClientId = clientId,
                        SigningCredentials = { signing },
                    }
                );
            })
            .AddValidation(options =>
            {
                options.SetIssuer(issuer);
                options.AddAudiences(audience);
                options.UseSystemNetHttp();
            });
        _client = services.BuildServiceProvider();

        var asking = new ServiceCollection();
        asking
            .AddOpenIddict()
            .AddValidation(options =>
            {
                options.SetIssuer(issuer);
                options.AddAudiences(audience);
                options.UseIntrospection();
                options.SetClientId(clientId);
                options.AddSigningCredentials(signing);
                options.UseSystemNetHttp();
            });
        _asking = asking.BuildServiceProvider();
    }

    /// <summary>A token by client credentials, from the endpoint that discovery names.</summary>
    public async Task<string> TokenAsync(params string[] scopes)
    {
        var request = new OpenIddictClientModels.ClientCredentialsAuthenticationRequest { Scopes = [.. scopes] };
        return (await _client.GetRequiredService<OpenIddictClientService>().AuthenticateWithClientCredentialsAsync(request)).AccessToken;
    }

    /// <summary>Gives a token back (RFC 7009).</summary>
    public async Task RevokeAsync(string token) =>
        await _client
            .GetRequiredService<OpenIddictClientService>()
            .RevokeTokenAsync(new OpenIddictClientModels.RevocationRequest { Token = token, TokenTypeHint = "access_token" });

    /// <summary>Validates by the keys that discovery leads to (RFC 9068); throws when the token is not good.</summary>
    public Task<ClaimsPrincipal> ValidateAsync(string token) => ValidateAsync(_client, token);

    /// <summary>Validates by introspection (RFC 7662); throws when the token is not active.</summary>
    public Task<ClaimsPrincipal> AskAsync(string token) => ValidateAsync(_asking, token);

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _asking.DisposeAsync();
        _key.Dispose();
    }

    private static async Task<ClaimsPrincipal> ValidateAsync(ServiceProvider services, string token) =>
        await services.GetRequiredService<OpenIddictValidationService>().ValidateAccessTokenAsync(token);
}
