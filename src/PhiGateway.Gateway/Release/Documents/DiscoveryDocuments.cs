using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Proofs;
using PhiGateway.Identity.Tokens;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Documents;

/// <summary>
/// Answers <c>/metadata</c>, the SMART configuration, the protected resource metadata and UDAP's for the gateway itself: never the upstream's, and
/// nothing that no policy could allow.
/// </summary>
internal sealed class DiscoveryDocuments(
    GatewayOptions options,
    Exit exit,
    UdapStatements? statements = null,
    IIssuerPlaces? issuers = null
)
{
    /// <summary>Writes the document that was asked for, and lets it out.</summary>
    public ValueTask<StageResult> ReleaseAsync(GatewayExchange exchange)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        switch (exchange.Ingressed.Document)
        {
            case PublicDocument.SmartConfiguration:
                // Always application/json, whatever Accept says (SMART App Launch 2.x, conformance).
                WriteSmartConfiguration(body);
                return LetOutAsync(exchange, body, KnownMediaTypes.Json);
            case PublicDocument.ProtectedResource:
                WriteProtectedResource(body, exchange.Ingressed.Route);
                return LetOutAsync(exchange, body, KnownMediaTypes.Json);
            case PublicDocument.Udap:
                var (route, endpoint) = (exchange.Ingressed.Route, options.TokenService?.TokenEndpoint);
                var registration = options.TokenService?.RegistrationEndpoint;
                if (endpoint is null || statements?.Find(route.PublicOrigin + route.Base, endpoint, registration) is not { } statement)
                {
                    return new(StageResult.Refuse(DenyReason.UnknownResourceType, "udap"));
                }

                WriteUdap(body, endpoint, registration, statement);
                return LetOutAsync(exchange, body, KnownMediaTypes.Json);
            case PublicDocument.CapabilityStatement:
                CapabilityStatementWriter.Write(body, exchange, FindUris());
                return LetOutAsync(exchange, body, KnownMediaTypes.FhirJsonUtf8);
            default:
                return new(StageResult.Refuse(DenyReason.Faulted, "document"));
        }
    }

    private ValueTask<StageResult> LetOutAsync(GatewayExchange exchange, ArrayBufferWriter<byte> body, string contentType) =>
        exit.LetOutAsync(exchange, new OutgoingAnswer(StatusCodes.Status200OK, body.WrittenMemory, contentType));

    private void WriteSmartConfiguration(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        IReadOnlyList<string> methods = ["private_key_jwt"];
        if (options.TokenService is { } own)
        {
            json.WriteString("issuer", own.Issuer);
            json.WriteString("jwks_uri", options.SmartEndpoints.Jwks ?? own.Issuer + "/jwks");
            json.WriteString("token_endpoint", options.SmartEndpoints.Token ?? own.TokenEndpoint);
            json.WriteString("introspection_endpoint", own.Issuer + "/introspect");
            json.WriteString("revocation_endpoint", own.Issuer + "/revoke");
        }
        else if (options.Issuers.Count > 0)
        {
            // The first issuer of the environment; several issuers are told apart by their own metadata. What neither it nor the operator has
            // said is not told: a client that follows a guess asks for its token where there is none.
            var issuer = options.Issuers[0].Issuer;
            var known = issuers?.Find(issuer) ?? IssuerPlaces.None;
            methods = known.Methods;
            json.WriteString("issuer", issuer);
            WriteKnown(json, "jwks_uri", options.SmartEndpoints.Jwks ?? known.Keys);
            WriteKnown(json, "token_endpoint", options.SmartEndpoints.Token ?? known.Token);
        }

        WriteKnown(json, "authorization_endpoint", options.SmartEndpoints.Authorization);

        WriteStrings(
            json,
            "grant_types_supported",
            options.SmartEndpoints.Authorization is null ? ["client_credentials"] : ["authorization_code", "client_credentials"]
        );
        WriteStrings(json, "code_challenge_methods_supported", ["S256"]);
        if (options.TokenService is { } issuing)
        {
            // What its clients need to choose by stands in its own metadata too.
            methods = [.. issuing.AuthenticationMethods];
            WriteStrings(json, "token_endpoint_auth_signing_alg_values_supported", [.. ClientAssertions.SigningAlgorithms]);
            if (issuing.RegistrationEndpoint is { } registration)
            {
                json.WriteString("registration_endpoint", registration);
            }
        }

        if (methods.Count > 0)
        {
            WriteStrings(json, "token_endpoint_auth_methods_supported", [.. methods]);
        }

        if (options.SmartEndpoints.Scopes.Count > 0)
        {
            WriteStrings(json, "scopes_supported", [.. options.SmartEndpoints.Scopes]);
        }

        WriteStrings(json, "capabilities", Capabilities(methods));
        json.WriteEndObject();
    }

    private OauthUris? FindUris()
    {
        if (options.SmartEndpoints.Authorization is not { } authorize)
        {
            return null;
        }

        var issuer = options.TokenService is null && options.Issuers.Count > 0 ? issuers?.Find(options.Issuers[0].Issuer) : null;
        var token = options.SmartEndpoints.Token ?? options.TokenService?.TokenEndpoint ?? issuer?.Token;
        return new OauthUris(authorize, token, options.TokenService?.RegistrationEndpoint);
    }

    // A standalone launch is offered where there is somewhere to send a person; what else the authorization server does its operator knows.
    private string[] Capabilities(IReadOnlyList<string> methods) =>
        [.. KnownCapabilities(methods).Union(options.SmartEndpoints.Capabilities, StringComparer.Ordinal)];

    private string[] KnownCapabilities(IReadOnlyList<string> methods) =>
        [
            .. methods.Contains("private_key_jwt") ? (string[])["client-confidential-asymmetric"] : [],
            .. methods.Contains("client_secret_basic") ? (string[])["client-confidential-symmetric"] : [],
            "permission-v1",
            "permission-v2",
            "permission-patient",
            "permission-user",
            .. options.SmartEndpoints.Authorization is null ? (string[])[] : ["launch-standalone", "context-standalone-patient"],
        ];

    private static void WriteKnown(Utf8JsonWriter json, string name, string? place)
    {
        if (place is not null)
        {
            json.WriteString(name, place);
        }
    }

    // RFC 9728 section 2: whose tokens are taken here, and how they are shown.
    private void WriteProtectedResource(IBufferWriter<byte> output, PhiRoute route)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("resource", route.PublicOrigin + route.Base);
        string[] issuers =
        [
            .. options.TokenService is { } own ? (string[])[own.Issuer] : [],
            .. options.Issuers.Select(static issuer => issuer.Issuer),
        ];
        WriteStrings(json, "authorization_servers", issuers.Distinct(StringComparer.Ordinal).ToArray());
        WriteStrings(json, "bearer_methods_supported", ["header"]);
        WriteStrings(json, "dpop_signing_alg_values_supported", DpopOptions.Algorithms.Split(' '));
        WriteStrings(json, "authorization_details_types_supported", [TaskDetail.Type]);
        json.WriteBoolean("tls_client_certificate_bound_access_tokens", true);
        json.WriteEndObject();
    }

    // Only what is offered: where strangers may not ask to be registered there is no endpoint for it and no udap_dcr.
    private static void WriteUdap(IBufferWriter<byte> output, string tokenEndpoint, string? registrationEndpoint, string statement)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        WriteStrings(json, "udap_versions_supported", ["1"]);
        WriteStrings(
            json,
            "udap_profiles_supported",
            registrationEndpoint is null ? ["udap_authn", "udap_authz"] : ["udap_dcr", "udap_authn", "udap_authz"]
        );
        WriteStrings(json, "udap_authorization_extensions_supported", ["hl7-b2b"]);
        WriteStrings(json, "udap_authorization_extensions_required", []);
        WriteStrings(json, "udap_certifications_supported", []);
        WriteStrings(json, "grant_types_supported", ["client_credentials"]);
        json.WriteString("token_endpoint", tokenEndpoint);
        WriteStrings(json, "token_endpoint_auth_methods_supported", ["private_key_jwt"]);
        WriteStrings(json, "token_endpoint_auth_signing_alg_values_supported", [.. ClientAssertions.UdapSigningAlgorithms]);
        if (registrationEndpoint is not null)
        {
            json.WriteString("registration_endpoint", registrationEndpoint);
            WriteStrings(json, "registration_endpoint_jwt_signing_alg_values_supported", [.. SoftwareStatements.SigningAlgorithms]);
        }

        json.WriteString("signed_metadata", statement);
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
