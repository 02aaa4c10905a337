using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Identity.Common;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// Gets the gateway's own access token from an upstream's authorization server (RFC 6749 section 4.4); called by
/// <see cref="HeldCredential"/> ahead of the end of the one before.
/// </summary>
/// <param name="options">As the operator wrote it.</param>
/// <param name="secret">The client's secret or key.</param>
/// <param name="client">No redirects, bounded in time and size, by the rules of egress.</param>
/// <param name="clock">For the assertion.</param>
internal sealed class TokenCredential(BackendCredentialOptions options, SecretSource secret, HttpClient client, TimeProvider clock)
    : ICredentialMaker
{
    /// <summary>The largest answer that is taken.</summary>
    internal const int MostBytes = 64 * 1024;

    private const int LongestToken = 16 * 1024;
    private const int LongestError = 40;
    private const long LongestLife = 24 * 3600;

    // RFC 6749 section 5.1 leaves the life out at will; then it is asked for anew soon.
    private const long LifeWhenNotSaid = 60;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public TimeSpan? Every => null;

    public async ValueTask<MadeCredential> MakeAsync(CancellationToken cancellationToken)
    {
        using var request = Write(await secret.ReadAsync(cancellationToken));
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
            return Read(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidOperationException)
        {
            throw new CredentialException("the token endpoint cannot be reached, or does not answer in time");
        }
    }

    private HttpRequestMessage Write(string value)
    {
        var form = new List<KeyValuePair<string, string>> { new("grant_type", "client_credentials") };
        AuthenticationHeaderValue? header = null;
        switch (options.Authentication)
        {
            case "client_secret_basic":
                // RFC 6749 section 2.3.1: both are encoded before they are joined.
                var pair = $"{WebUtility.UrlEncode(options.ClientId)}:{WebUtility.UrlEncode(value)}";
                header = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
                break;
            case "client_secret_post":
                form.Add(new("client_id", options.ClientId!));
                form.Add(new("client_secret", value));
                break;
            case "private_key_jwt":
                form.Add(new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
                form.Add(new("client_assertion", SignedAssertion.Sign(value, options, clock.GetUtcNow())));
                break;
            default:
                throw new CredentialException("its way of authentication is not known");
        }

        if (options.Scope is { } scope)
        {
            form.Add(new("scope", scope));
        }

        if (options.Resource is { } resource)
        {
            form.Add(new("resource", resource));
        }

        var request = new HttpRequestMessage(HttpMethod.Post, options.TokenEndpoint) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = header;
        return request;
    }

    private static MadeCredential Read(HttpStatusCode status, byte[] body)
    {
        try
        {
            using var document = OneWayJson.Parse(body, Strict);
            var answer = document.RootElement;
            if (status != HttpStatusCode.OK)
            {
                throw new CredentialException($"the token endpoint answered {(int)status}{ErrorOf(answer)}");
            }

            // A token of another type (RFC 6749 section 7.1) would be sent in a way that its server does not take.
            if (!string.Equals(TextOf(answer, "token_type"), "Bearer", StringComparison.OrdinalIgnoreCase))
            {
                throw new CredentialException("the token endpoint gave no bearer token");
            }

            return TextOf(answer, "access_token") is { Length: > 0 and <= LongestToken } token && IsToken(token)
                ? new MadeCredential("Bearer " + token, TimeSpan.FromSeconds(LifeOf(answer)))
                : throw new CredentialException("the token endpoint gave no token that can be sent");
        }
        catch (JsonException)
        {
            throw new CredentialException($"the token endpoint answered {(int)status}, and nothing that can be read in one way");
        }
    }

    private static long LifeOf(JsonElement answer)
    {
        if (!answer.TryGetProperty("expires_in", out var life))
        {
            return LifeWhenNotSaid;
        }

        // RFC 6749 section 5.1 says a number; some servers write its digits as a text.
        var digits = life.ValueKind == JsonValueKind.String ? life.GetString() : life.GetRawText();
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? Math.Min(seconds, LongestLife)
            : throw new CredentialException("the token endpoint gave a token without a life that can be read");
    }

    // Only words of RFC 6749 section 5.2's form: whatever else stands there is not repeated.
    private static string ErrorOf(JsonElement answer) =>
        TextOf(answer, "error") is { Length: > 0 and <= LongestError } error
        && error.All(static letter => char.IsAsciiLetterLower(letter) || letter == '_')
            ? $" ({error})"
            : string.Empty;

    private static string? TextOf(JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    // RFC 6750 section 2.1.
    private static bool IsToken(string text) =>
        text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' or '~' or '+' or '/' or '=');
}
