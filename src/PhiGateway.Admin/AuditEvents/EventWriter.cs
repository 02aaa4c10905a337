using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Writes AuditEvents as FHIR R4 JSON.</summary>
internal static class EventWriter
{
    // A string of FHIR's holds no control characters but these three, and at least one that is none.
    private static readonly SearchValues<char> Allowed = SearchValues.Create("\t\r\n");

    /// <summary>One event as an object.</summary>
    public static void Write(Utf8JsonWriter json, FhirEvent of)
    {
        json.WriteStartObject();
        json.WriteString("resourceType", "AuditEvent");
        json.WriteString("id", of.Id);
        json.WriteStartObject("meta");
        json.WriteStartArray("profile");
        json.WriteStringValue(of.Profile);
        json.WriteEndArray();
        json.WriteEndObject();
        Coding(json, "type", of.Type);
        json.WriteStartArray("subtype");
        foreach (var subtype in of.Subtypes)
        {
            Coding(json, null, subtype);
        }

        json.WriteEndArray();
        json.WriteString("action", of.Action.ToString());
        json.WriteString("recorded", of.Recorded.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("outcome", of.Outcome);
        Text(json, "outcomeDesc", of.OutcomeDesc);
        Concepts(json, "purposeOfEvent", of.Purposes);
        json.WriteStartArray("agent");
        foreach (var agent in of.Agents)
        {
            Agent(json, agent);
        }

        json.WriteEndArray();
        Source(json, of);
        json.WriteStartArray("entity");
        foreach (var entity in of.Entities)
        {
            Entity(json, entity);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Agent(Utf8JsonWriter json, FhirAgent agent)
    {
        json.WriteStartObject();
        Concept(json, "type", agent.Type);
        Identifier(json, "who", agent.System, agent.Value);
        json.WriteBoolean("requestor", agent.IsRequestor);
        if (!string.IsNullOrEmpty(agent.Policy))
        {
            json.WriteStartArray("policy");
            json.WriteStringValue(string.Concat(agent.Policy.Where(static c => !char.IsWhiteSpace(c) && !char.IsControl(c))));
            json.WriteEndArray();
        }

        if (!string.IsNullOrEmpty(agent.Address))
        {
            json.WriteStartObject("network");
            json.WriteString("address", agent.Address);
            json.WriteString("type", agent.AddressType);
            json.WriteEndObject();
        }

        Concepts(json, "purposeOfUse", agent.Purposes);
        json.WriteEndObject();
    }

    private static void Source(Utf8JsonWriter json, FhirEvent of)
    {
        json.WriteStartObject("source");
        Text(json, "site", of.Site);
        Identifier(json, "observer", "urn:phi-gateway:node", of.Observer);
        json.WriteStartArray("type");
        Coding(json, null, FhirCoding.SecurityServer);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Entity(Utf8JsonWriter json, FhirEntity entity)
    {
        json.WriteStartObject();
        if (entity.Reference is { } reference)
        {
            json.WriteStartObject("what");
            json.WriteString("reference", reference);
            json.WriteEndObject();
        }
        else if (entity.Identifier is { } identifier)
        {
            Identifier(json, "what", entity.System, identifier);
        }

        Coding(json, "type", entity.Type);
        if (entity.Role is { } role)
        {
            Coding(json, "role", role);
        }

        if (entity.Labels.Count > 0)
        {
            json.WriteStartArray("securityLabel");
            foreach (var label in entity.Labels)
            {
                var bar = label.LastIndexOf('|');
                Coding(json, null, new FhirCoding(bar < 0 ? FhirCoding.Own : label[..bar], label[(bar + 1)..]));
            }

            json.WriteEndArray();
        }

        if (entity.Query is { } query)
        {
            json.WriteBase64String("query", Encoding.UTF8.GetBytes(query));
        }

        if (entity.Details.Count > 0)
        {
            json.WriteStartArray("detail");
            foreach (var (type, value) in entity.Details)
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                json.WriteString("valueString", Clean(value));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Identifier(Utf8JsonWriter json, string name, string? system, string value)
    {
        json.WriteStartObject(name);
        json.WriteStartObject("identifier");
        Text(json, "system", system);
        json.WriteString("value", Clean(value));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Concepts(Utf8JsonWriter json, string name, IReadOnlyList<FhirCoding> codings)
    {
        if (codings.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var coding in codings)
        {
            Concept(json, null, coding);
        }

        json.WriteEndArray();
    }

    private static void Concept(Utf8JsonWriter json, string? name, FhirCoding coding)
    {
        Open(json, name);
        json.WriteStartArray("coding");
        Coding(json, null, coding);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Coding(Utf8JsonWriter json, string? name, FhirCoding coding)
    {
        Open(json, name);
        json.WriteString("system", coding.System);
        json.WriteString("code", coding.Code);
        Text(json, "display", coding.Display);
        json.WriteEndObject();
    }

    private static void Open(Utf8JsonWriter json, string? name)
    {
        if (name is null)
        {
            json.WriteStartObject();
        }
        else
        {
            json.WriteStartObject(name);
        }
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            json.WriteString(name, Clean(value));
        }
    }

    private static string Clean(string value)
    {
        var clean = value.Any(IsForbidden) ? new string([.. value.Select(Shown)]) : value;
        return string.IsNullOrWhiteSpace(clean) ? "-" : clean;
    }

    private static char Shown(char c) => IsForbidden(c) ? '\uFFFD' : c;

    private static bool IsForbidden(char c) => char.IsControl(c) && !Allowed.Contains(c);
}
