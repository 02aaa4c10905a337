using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Trail;

namespace PhiGateway.Gateway.Release.Documents;

/// <summary>
/// Answers <c>/metadata</c> and the SMART configuration for the gateway itself: never the upstream's, and nothing that no policy could
/// allow.
/// </summary>
internal sealed class DiscoveryDocuments(GatewayOptions options, AuditTrail trail)
{
    /// <summary>Writes the document that was asked for.</summary>
    public async ValueTask<StageResult> WriteAsync(GatewayExchange exchange)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        var response = exchange.Http.Response;
        string contentType;
        if (Discovery.IsSmartConfiguration(exchange.Canonical!))
        {
            // Always application/json, whatever Accept says (SMART App Launch 2.x, conformance).
            contentType = "application/json";
            WriteSmartConfiguration(body);
        }
        else
        {
            contentType = "application/fhir+json; charset=utf-8";
            CapabilityStatementWriter.Write(body, exchange);
        }

        exchange.Status = StatusCodes.Status200OK;
        exchange.BytesOut = body.WrittenCount;
        trail.CountPublicDocument();
        response.StatusCode = exchange.Status;
        response.ContentType = contentType;
        response.ContentLength = body.WrittenCount;
        response.Headers["X-Request-Id"] = exchange.Id.ToString();
        // Browser apps read both before they know anybody (SMART: CORS open to every origin for these two).
        response.Headers.AccessControlAllowOrigin = "*";
        if (!HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            await response.Body.WriteAsync(body.WrittenMemory, exchange.Http.RequestAborted);
        }

        exchange.Delivered = true;
        return StageResult.Continue;
    }

    private void WriteSmartConfiguration(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        if (options.Issuers.Count > 0)
        {
            // The first issuer of the environment; several issuers are told apart by their own metadata.
            var issuer = options.Issuers[0].Issuer.TrimEnd('/');
            json.WriteString("issuer", options.Issuers[0].Issuer);
            json.WriteString("jwks_uri", options.SmartEndpoints.Jwks ?? $"{issuer}/jwks");
            json.WriteString("token_endpoint", options.SmartEndpoints.Token ?? $"{issuer}/token");
            if (options.SmartEndpoints.Authorization is { } authorization)
            {
                json.WriteString("authorization_endpoint", authorization);
            }
        }

        WriteStrings(
            json,
            "grant_types_supported",
            options.SmartEndpoints.Authorization is null ? ["client_credentials"] : ["authorization_code", "client_credentials"]
        );
        WriteStrings(json, "code_challenge_methods_supported", ["S256"]);
        WriteStrings(json, "token_endpoint_auth_methods_supported", ["private_key_jwt"]);
        WriteStrings(
            json,
            "capabilities",
            [
                "client-confidential-asymmetric",
                "permission-v1",
                "permission-v2",
                "permission-patient",
                "permission-user",
                "context-standalone-patient",
            ]
        );
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
