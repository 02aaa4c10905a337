using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Gateway.Audit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release;

/// <summary>Answers <c>/metadata</c> and the SMART configuration for the gateway itself: never the upstream's, and nothing that no policy could allow.</summary>
internal sealed class DiscoveryDocuments(GatewayOptions options, AuditTrail trail)
{
    private static readonly ConditionalWeakTable<RegistrySnapshot, ConcurrentDictionary<string, SortedDictionary<string, TypeReach>>> KnownReach = [];

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
            WriteCapabilityStatement(body, exchange);
        }

        exchange.Status = StatusCodes.Status200OK;
        exchange.BytesOut = body.WrittenCount;
        var recorded = await trail.RecordDisclosureAsync(exchange);
        if (recorded.IsRefused(out _))
        {
            return recorded;
        }

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

        WriteStrings(json, "grant_types_supported", options.SmartEndpoints.Authorization is null ? ["client_credentials"] : ["authorization_code", "client_credentials"]);
        WriteStrings(json, "code_challenge_methods_supported", ["S256"]);
        WriteStrings(json, "token_endpoint_auth_methods_supported", ["private_key_jwt"]);
        WriteStrings(json, "capabilities", ["client-confidential-asymmetric", "permission-v1", "permission-v2", "permission-patient", "permission-user", "context-standalone-patient"]);
        json.WriteEndObject();
    }

    private static void WriteCapabilityStatement(IBufferWriter<byte> output, GatewayExchange exchange)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("resourceType", "CapabilityStatement");
        json.WriteString("status", "active");
        json.WriteString("date", exchange.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteString("kind", "instance");
        json.WriteStartObject("software");
        json.WriteString("name", "PHI Gateway");
        json.WriteEndObject();
        json.WriteStartObject("implementation");
        json.WriteString("description", "Access to clinical data for approved uses only");
        json.WriteString("url", exchange.Route!.Fhir.GatewayBase);
        json.WriteEndObject();
        json.WriteString("fhirVersion", "4.0.1");
        WriteStrings(json, "format", ["json", "application/fhir+json"]);
        json.WriteStartArray("rest");
        json.WriteStartObject();
        json.WriteString("mode", "server");
        json.WriteStartObject("security");
        json.WriteStartArray("service");
        json.WriteStartObject();
        json.WriteStartArray("coding");
        json.WriteStartObject();
        json.WriteString("system", "http://terminology.hl7.org/CodeSystem/restful-security-service");
        json.WriteString("code", "SMART-on-FHIR");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("description", "Every call needs a token of a registered client and is checked against its approved use.");
        json.WriteEndObject();
        json.WriteStartArray("resource");
        foreach (var (type, reach) in Reachable(exchange.Snapshot, exchange.Route.Tenant, exchange.Route.Environment))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteStartArray("interaction");
            foreach (var code in reach.Codes)
            {
                json.WriteStartObject();
                json.WriteString("code", code);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteParameters(json, exchange.Route.Fhir.Declared, type, reach);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // R4's own go without saying; of the server's own, those whose elements some search may show.
    private static void WriteParameters(Utf8JsonWriter json, DeclaredParameters declared, string type, TypeReach reach)
    {
        var served = declared.Of(ResourceType.Parse(type)).Values.Where(parameter => reach.Searched.Exists(shown => parameter.Elements.All(shown.Contains))).OrderBy(static parameter => parameter.Name, StringComparer.Ordinal).ToList();
        if (served.Count == 0)
        {
            return;
        }

        json.WriteStartArray("searchParam");
        foreach (var parameter in served)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("definition", parameter.Url);
            json.WriteString("type", parameter.Kind.ToString().ToLowerInvariant());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Anybody may ask, so it is worked out once per snapshot and route.
    private static SortedDictionary<string, TypeReach> Reachable(RegistrySnapshot snapshot, string tenant, string environment) =>
        KnownReach.GetValue(snapshot, static _ => new(StringComparer.Ordinal))
            .GetOrAdd($"{environment}\n{tenant}", static (_, about) => FindReach(about.snapshot, about.tenant, about.environment), (snapshot, tenant, environment));

    // What any approved use case of this tenant could ever do.
    private static SortedDictionary<string, TypeReach> FindReach(RegistrySnapshot snapshot, string tenant, string environment)
    {
        var reachable = new SortedDictionary<string, TypeReach>(StringComparer.Ordinal);
        foreach (var useCase in snapshot.ListClients().Select(static entry => entry.UseCase).OfType<UseCase>().DistinctBy(static useCase => useCase.Id))
        {
            if (useCase.Status != UseCaseStatus.Approved || useCase.Environment != environment || !useCase.Tenants.Contains(tenant))
            {
                continue;
            }

            foreach (var grant in useCase.Grants)
            {
                foreach (var type in grant.Types)
                {
                    if (!reachable.TryGetValue(type, out var reach))
                    {
                        reachable[type] = reach = new TypeReach([], []);
                    }

                    if (grant.Interactions.Contains("search"))
                    {
                        reach.Searched.Add(ElementSet.Of(grant.Elements, grant.Masks));
                    }

                    foreach (var word in grant.Interactions)
                    {
                        foreach (var code in Codes(word))
                        {
                            reach.Codes.Add(code);
                        }
                    }
                }
            }
        }

        return reachable;
    }

    private static string[] Codes(string word) => word switch
    {
        "search" => ["search-type"],
        "history" => ["history-instance", "history-type"],
        "read" or "vread" or "create" or "update" or "patch" or "delete" => [word],
        _ => [],
    };

    private static void WriteStrings(Utf8JsonWriter json, string name, ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    // What may be done with a type, and the elements that its searches show.
    private sealed record TypeReach(SortedSet<string> Codes, List<ElementSet> Searched);
}
