using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Identity;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>
/// A certified identity provider on loopback (<c>oidc-provider</c>) that issues RFC 9068 tokens by client credentials, and to apps that an
/// EHR launches.
/// </summary>
internal sealed class IdentityProvider : IAsyncDisposable
{
    private readonly NodeProcess _process;
    private readonly HttpClient _http = new();

    private IdentityProvider(NodeProcess process) => _process = process;

    /// <summary>Its <c>iss</c>, which is also where it listens.</summary>
    public string Issuer => _process.Address;

    public static async Task<IdentityProvider> StartAsync(IdentityProviderConfig config)
    {
        var file = Path.Combine(Path.GetTempPath(), $"phigw-idp-{Path.GetRandomFileName()}.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(config, JsonSerializerOptions.Web));
        try
        {
            return new IdentityProvider(await NodeProcess.StartAsync("idp.mjs", file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>An access token for a client with a secret.</summary>
    /// <param name="client">The client.</param>
    /// <param name="scope">What it asks for; null: all that it may.</param>
    /// <param name="certificate">What its connection shows, to which the token is bound where it must be (RFC 8705).</param>
    /// <param name="task">The task that it asks for in rich authorization requests (RFC 9396); null: none.</param>
    public Task<string> TokenAsync(
        IdentityProviderClient client,
        string? scope = null,
        X509Certificate2? certificate = null,
        string? task = null
    )
    {
        (string, string)[] details = task is null ? [] : [("authorization_details", Details(task))];
        var request = new HttpRequestMessage(HttpMethod.Post, Issuer + "/token") { Content = Form(scope ?? client.Scope, details) };
        if (certificate is not null)
        {
            // Stands for the provider's own TLS.
            request.Headers.Add("X-Client-Cert", Uri.EscapeDataString(certificate.ExportCertificatePem()));
        }

        var basic =
            $"{Uri.EscapeDataString(client.ClientId)}:{Uri.EscapeDataString(client.ClientSecret ?? throw new ArgumentException("The client has no secret."))}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(basic)));
        return SendAsync(request);
    }

    /// <summary>
    /// An access token by <c>private_key_jwt</c> (SMART Backend Services); the caller signs the assertion for <c>{Issuer}/token</c>.
    /// </summary>
    public Task<string> TokenAsync(string assertion, string scope)
    {
        var form = Form(
            scope,
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion)
        );
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, Issuer + "/token") { Content = form });
    }

    /// <summary>Gives a token back (RFC 7009).</summary>
    public async Task RevokeAsync(IdentityProviderClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Issuer + "/token/revocation")
        {
            Content = new FormUrlEncodedContent([new("token", token)]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.ASCII.GetBytes($"{client.ClientId}:{client.ClientSecret}"))
        );
        using var response = await _http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>A token bound to a key (RFC 9449 section 5), by <c>private_key_jwt</c>.</summary>
    public async Task<string> BoundTokenAsync(IdentityProviderClient client, SigningKey authentication, SigningKey key)
    {
        var now = TimeProvider.System.GetUtcNow();
        var endpoint = Issuer + "/token";
        var assertion = authentication.Token(
            $$"""{"alg":"{{authentication.Algorithm}}","kid":"{{authentication.KeyId}}","typ":"JWT"}""",
            new JsonObject
            {
                ["iss"] = client.ClientId,
                ["sub"] = client.ClientId,
                ["aud"] = endpoint,
                ["iat"] = now.ToUnixTimeSeconds(),
                ["exp"] = now.ToUnixTimeSeconds() + 240,
                ["jti"] = Path.GetRandomFileName(),
            }.ToJsonString()
        );
        var form = Form(
            client.Scope,
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion)
        );
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = form };
        request.Headers.Add("DPoP", new ProofRecipe(key, string.Empty, "POST", endpoint, now).Without("ath").Sign());
        return await SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    private static string Details(string task) =>
        new JsonArray(new JsonObject { ["type"] = "phi-gateway-task", ["identifier"] = task }).ToJsonString();

    private static FormUrlEncodedContent Form(string scope, params IEnumerable<(string Name, string Value)> others) =>
        new([
            new("grant_type", "client_credentials"),
            new("scope", scope),
            .. others.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)),
        ]);

    private async Task<string> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await _http.SendAsync(request);
            var body = JsonNode.Parse(await response.Content.ReadAsStringAsync());
            return body?["access_token"]?.GetValue<string>()
                ?? throw new InvalidOperationException($"No token, but {(int)response.StatusCode}: {body}");
        }
    }
}

/// <summary>What <c>idp.mjs</c> is told.</summary>
internal sealed record IdentityProviderConfig(string Audience, IReadOnlyList<IdentityProviderClient> Clients)
{
    /// <summary>0: any free port.</summary>
    public int Port { get; init; }

    public string Algorithm { get; init; } = "ES256";

    /// <summary><c>jwt</c> or <c>opaque</c>.</summary>
    public string Format { get; init; } = "jwt";

    /// <summary>Seconds.</summary>
    public int Lifetime { get; init; } = 300;

    /// <summary>By what an EHR launches apps with: who sits there (<c>person</c>), and whose chart is open (<c>patient</c>).</summary>
    public JsonObject Launches { get; init; } = [];
}

/// <summary>One client of the identity provider.</summary>
/// <param name="ClientId">Its id.</param>
/// <param name="Scope">What it may ask for, separated by spaces.</param>
internal sealed record IdentityProviderClient(string ClientId, string Scope)
{
    /// <summary>For <c>client_secret_basic</c>; null with <see cref="Jwks"/>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Public keys for <c>private_key_jwt</c>.</summary>
    public JsonNode? Jwks { get; init; }

    public string? AssertionAlgorithm { get; init; }

    /// <summary><c>plain</c> or <c>signed</c>: it asks about tokens, and gets such answers; null: it does not.</summary>
    public string? Introspects { get; init; }

    /// <summary>Whether its tokens are bound to a key of its own (RFC 9449).</summary>
    public bool Dpop { get; init; }

    /// <summary>Whether its tokens are bound to the certificate of its connection (RFC 8705).</summary>
    public bool Mtls { get; init; }

    /// <summary>Where people come back to an app with a code; null: it is no app that people launch.</summary>
    public string? RedirectUri { get; init; }

    /// <summary>Copied into its tokens; <c>purpose_of_use</c> goes to <c>extensions.hl7-b2b</c>.</summary>
    public JsonObject Claims { get; init; } = [];
}
