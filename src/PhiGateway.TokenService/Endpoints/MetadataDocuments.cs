using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Proofs;
using PhiGateway.Identity.Tokens;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Signing;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>
/// What clients and verifiers read about the token service: its keys, RFC 8414 and OpenID Connect metadata, and SMART's; public, the same
/// for everybody.
/// </summary>
internal sealed class MetadataDocuments(TokenServiceOptions options, KeyRing ring)
{
    private const string Cached = "public, max-age=60";

    private readonly string[] _grants =
        options.IdentityProviders.Count == 0
            ? ["client_credentials", AccessReader.Exchange]
            : ["client_credentials", AccessReader.Exchange, AccessReader.JwtBearer];

    public Task WriteKeysAsync(HttpContext http) =>
        Answers.WriteAsync(http, StatusCodes.Status200OK, Encoding.UTF8.GetBytes(ring.Jwks), Cached);

    public Task WriteServerAsync(HttpContext http) => WriteAsync(http, isSmart: false);

    public Task WriteSmartAsync(HttpContext http)
    {
        // SMART App Launch, conformance: open to every origin.
        http.Response.Headers.AccessControlAllowOrigin = "*";
        return WriteAsync(http, isSmart: true);
    }

    private Task WriteAsync(HttpContext http, bool isSmart)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("issuer", options.Issuer);
            json.WriteString("jwks_uri", options.Issuer + "/jwks");
            json.WriteString("token_endpoint", options.TokenEndpoint);
            json.WriteString("revocation_endpoint", options.Issuer + "/revoke");
            json.WriteString("introspection_endpoint", options.Issuer + "/introspect");
            if (options.RegistrationEndpoint is { } registration)
            {
                json.WriteString("registration_endpoint", registration);
            }

            WriteTexts(json, "grant_types_supported", _grants);
            if (options.IdentityProviders.Count > 0)
            {
                WriteTexts(json, "authorization_grant_profiles_supported", ["urn:ietf:params:oauth:grant-profile:id-jag"]);
            }

            WriteTexts(json, "authorization_details_types_supported", [TaskDetail.Type]);
            WriteTexts(json, "response_types_supported", []);
            foreach (var place in new[] { "token", "revocation", "introspection" })
            {
                WriteTexts(json, place + "_endpoint_auth_methods_supported", options.AuthenticationMethods);
                WriteTexts(json, place + "_endpoint_auth_signing_alg_values_supported", ClientAssertions.SigningAlgorithms);
            }

            WriteTexts(json, "dpop_signing_alg_values_supported", DpopOptions.Algorithms.Split(' '));
            json.WriteBoolean("tls_client_certificate_bound_access_tokens", true);
            WriteTexts(json, "code_challenge_methods_supported", ["S256"]);
            if (isSmart)
            {
                WriteTexts(json, "capabilities", ["client-confidential-asymmetric", "permission-v1", "permission-v2"]);
            }

            json.WriteEndObject();
        }

        return Answers.WriteAsync(http, StatusCodes.Status200OK, buffer.WrittenMemory, Cached);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
