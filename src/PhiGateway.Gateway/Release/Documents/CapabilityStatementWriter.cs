using System.Buffers;
using System.Globalization;
using System.Text.Json;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Documents;

/// <summary>
/// Writes the gateway's own CapabilityStatement (R4): what some approved use case could do on this route, and nothing of the server behind
/// it.
/// </summary>
internal static class CapabilityStatementWriter
{
    // Bulk Data Access IG: the operation stands with Group, or with Patient.
    private static readonly Dictionary<string, string> Exports = new(StringComparer.Ordinal)
    {
        ["Group"] = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/group-export",
        ["Patient"] = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/patient-export",
    };

    private static readonly string[] Writes = ["create", "update", "patch", "delete"];

    /// <summary>Writes it for the exchange's route and snapshot.</summary>
    public static void Write(IBufferWriter<byte> output, GatewayExchange exchange, OauthUris? uris)
    {
        var route = exchange.Ingressed.Route;
        var reachable = PolicyReach.Of(exchange.Snapshot, route.Tenant, route.Environment);
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
        json.WriteString("url", route.Language.GatewayBase);
        json.WriteEndObject();
        json.WriteString("fhirVersion", "4.0.1");
        json.WriteStartArray("format");
        json.WriteStringValue("json");
        json.WriteStringValue(KnownMediaTypes.FhirJson);
        json.WriteEndArray();
        if (reachable.Values.Any(static reach => reach.Interactions.Contains("patch")))
        {
            WritePatchFormats(json);
        }

        json.WriteStartArray("rest");
        json.WriteStartObject();
        json.WriteString("mode", "server");
        WriteSecurity(json, route, uris);
        if (reachable.Count > 0)
        {
            // FHIR's JSON has no empty arrays (R4 json).
            json.WriteStartArray("resource");
            foreach (var (type, reach) in reachable)
            {
                WriteResource(json, route, type, reach);
            }

            json.WriteEndArray();

            // The gateway takes a batch apart itself; each entry is decided like a request.
            List<string> codes = ["batch"];
            if (reachable.Values.Any(static reach => reach.Interactions.Overlaps(Writes)))
            {
                codes.Add("transaction");
            }

            if (reachable.Values.Any(static reach => reach.Interactions.Contains("search-type")))
            {
                codes.Add("search-system");
            }

            WriteCodes(json, "interaction", codes);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePatchFormats(Utf8JsonWriter json)
    {
        json.WriteStartArray("patchFormat");
        json.WriteStringValue(KnownMediaTypes.JsonPatch);
        json.WriteStringValue("application/merge-patch+json");
        json.WriteStringValue(KnownMediaTypes.FhirJson);
        json.WriteEndArray();
    }

    private static void WriteSecurity(Utf8JsonWriter json, PhiRoute route, OauthUris? uris)
    {
        json.WriteStartObject("security");
        uris?.Write(json);
        json.WriteBoolean("cors", route.Origins.Count > 0);
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
    }

    private static void WriteResource(Utf8JsonWriter json, PhiRoute route, string type, PolicyReach reach)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        if (reach.Interactions.Count > 0)
        {
            WriteCodes(json, "interaction", reach.Interactions);
        }

        WriteConditions(json, route, reach.Interactions);
        WriteParameters(json, route, ResourceType.Parse(type), reach);
        WriteOperations(json, route, type, reach);
        json.WriteEndObject();
    }

    // Conditions are searches, which the gateway makes itself; whether a client has what it reads already it finds out itself too.
    private static void WriteConditions(Utf8JsonWriter json, PhiRoute route, SortedSet<string> interactions)
    {
        var searches = interactions.Contains("search-type");
        if (interactions.Contains("update"))
        {
            json.WriteBoolean("updateCreate", route.UpdateCreates);
        }

        if (searches && interactions.Contains("create"))
        {
            json.WriteBoolean("conditionalCreate", true);
        }

        if (interactions.Contains("read"))
        {
            json.WriteString("conditionalRead", "full-support");
        }

        if (searches && interactions.Contains("update"))
        {
            json.WriteBoolean("conditionalUpdate", true);
        }

        if (searches && interactions.Contains("delete"))
        {
            json.WriteString("conditionalDelete", "single");
        }
    }

    // Those whose elements some search may show: by any other a value could be found out without being seen.
    private static void WriteParameters(Utf8JsonWriter json, PhiRoute route, ResourceType type, PolicyReach reach)
    {
        var served = SearchGrammar
            .Of(type)
            .Values.Concat(route.Language.Declared.Of(type).Values)
            .Where(parameter => parameter.Elements.Count > 0 && reach.Searched.Exists(shown => parameter.Elements.All(shown.Contains)))
            .OrderBy(static parameter => parameter.Name, StringComparer.Ordinal)
            .ToList();
        if (served.Count == 0)
        {
            return;
        }

        json.WriteStartArray("searchParam");
        foreach (var parameter in served)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            if (parameter.Url is { } definition)
            {
                json.WriteString("definition", definition);
            }

            json.WriteString("type", parameter.Kind.ToString().ToLowerInvariant());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOperations(Utf8JsonWriter json, PhiRoute route, string type, PolicyReach reach)
    {
        var served = reach.Operations.Where(name => name != "export" || Exports.ContainsKey(type)).ToList();
        if (served.Count == 0)
        {
            return;
        }

        json.WriteStartArray("operation");
        foreach (var name in served)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("definition", AddressOf(route, type, name));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string AddressOf(PhiRoute route, string type, string name) =>
        name == "export"
            ? Exports[type]
            : route.Language.Declared.UrlOf("$" + name, ResourceType.Parse(type))
                ?? $"http://hl7.org/fhir/OperationDefinition/{DefinedOn(type, name)}-{name}";

    // Of any type R4 defines them once.
    private static string DefinedOn(string type, string name) => name is "meta" or "validate" ? "Resource" : type;

    private static void WriteCodes(Utf8JsonWriter json, string name, IEnumerable<string> codes)
    {
        json.WriteStartArray(name);
        foreach (var code in codes)
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
