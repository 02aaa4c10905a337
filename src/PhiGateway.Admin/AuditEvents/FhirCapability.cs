using System.Text.Json;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Writes the CapabilityStatement of the FHIR endpoint.</summary>
internal static class FhirCapability
{
    private static readonly (string Name, string Type)[] Parameters =
    [
        ("_id", "token"),
        ("_lastUpdated", "date"),
        ("action", "token"),
        ("address", "string"),
        ("agent", "reference"),
        ("date", "date"),
        ("entity", "reference"),
        ("entity-role", "token"),
        ("entity-type", "token"),
        ("outcome", "token"),
        ("patient", "reference"),
        ("policy", "uri"),
        ("site", "token"),
        ("source", "reference"),
        ("subtype", "token"),
        ("type", "token"),
    ];

    /// <summary>The statement.</summary>
    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("resourceType", "CapabilityStatement");
        json.WriteString("status", "active");
        json.WriteString("date", "2026-11-30");
        json.WriteString("kind", "instance");
        json.WriteStartObject("implementation");
        json.WriteString("description", "PHI Gateway: the audit trail as AuditEvents");
        json.WriteEndObject();
        json.WriteString("fhirVersion", "4.0.1");
        json.WriteStartArray("format");
        json.WriteStringValue("json");
        json.WriteEndArray();
        json.WriteStartArray("rest");
        json.WriteStartObject();
        json.WriteString("mode", "server");
        json.WriteStartArray("resource");
        json.WriteStartObject();
        json.WriteString("type", "AuditEvent");
        json.WriteStartArray("supportedProfile");
        foreach (var profile in EventProfiles.All)
        {
            json.WriteStringValue(profile);
        }

        json.WriteEndArray();
        Interactions(json, "read", "search-type");
        json.WriteStartArray("searchParam");
        foreach (var (name, type) in Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "StructureDefinition");
        Interactions(json, "read");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Interactions(Utf8JsonWriter json, params ReadOnlySpan<string> codes)
    {
        json.WriteStartArray("interaction");
        foreach (var code in codes)
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
