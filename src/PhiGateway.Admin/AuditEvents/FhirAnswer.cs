using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Renders what the FHIR endpoint answers: a resource, a Bundle, or an OperationOutcome.</summary>
internal static class FhirAnswer
{
    private const string ContentType = "application/fhir+json";

    /// <summary>One AuditEvent.</summary>
    public static AdminResult Of(FhirEvent one) => Json(200, json => EventWriter.Write(json, one));

    /// <summary>A StructureDefinition of the gateway's own.</summary>
    public static AdminResult OfProfile(string id) =>
        OwnProfiles.Find(id) is { } definition
            ? Json(200, json => json.WriteRawValue(definition))
            : Of(AdminProblem.NotFound("StructureDefinition"));

    /// <summary>A page; its next one is linked where no patient is named, and else told by its place alone.</summary>
    public static AdminResult Of(HttpContext context, EventPage page) =>
        Json(
            200,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("resourceType", "Bundle");
                json.WriteString("type", "searchset");
                Links(json, context, page);
                if (page.Events.Count > 0)
                {
                    json.WriteStartArray("entry");
                    foreach (var one in page.Events)
                    {
                        json.WriteStartObject();
                        json.WriteString("fullUrl", $"{BaseOf(context)}/{one.Id}");
                        json.WritePropertyName("resource");
                        EventWriter.Write(json, one);
                        json.WriteStartObject("search");
                        json.WriteString("mode", "match");
                        json.WriteEndObject();
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }
        );

    /// <summary>A refusal.</summary>
    public static AdminResult Of(AdminProblem problem) =>
        Json(
            problem.Status,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("resourceType", "OperationOutcome");
                json.WriteStartArray("issue");
                json.WriteStartObject();
                json.WriteString("severity", "error");
                json.WriteString("code", problem.Status == 404 ? "not-found" : "invalid");
                json.WriteString("diagnostics", problem.Detail ?? problem.Title);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            }
        );

    /// <summary>Any resource.</summary>
    public static AdminResult Json(int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return new AdminResult(status, buffer.WrittenMemory.ToArray()) { ContentType = ContentType };
    }

    private static void Links(Utf8JsonWriter json, HttpContext context, EventPage page)
    {
        var isGet = HttpMethods.IsGet(context.Request.Method);
        var asked = context
            .Request.Query.Where(static pair => pair.Key != "_page")
            .SelectMany(
                static pair => pair.Value,
                static (pair, value) => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value ?? string.Empty)}"
            );
        var self = isGet ? string.Join('&', asked) : string.Empty;
        json.WriteStartArray("link");
        Link(json, "self", BaseOf(context), self);
        if (page.Next is { } next)
        {
            // Of a search in a body: the same body, with this place in it.
            Link(
                json,
                "next",
                BaseOf(context),
                string.Join('&', new[] { self, $"_page={Uri.EscapeDataString(next.ToString())}" }.Where(static part => part.Length > 0))
            );
        }

        json.WriteEndArray();
    }

    private static void Link(Utf8JsonWriter json, string relation, string address, string query)
    {
        json.WriteStartObject();
        json.WriteString("relation", relation);
        json.WriteString("url", query.Length == 0 ? address : $"{address}?{query}");
        json.WriteEndObject();
    }

    private static string BaseOf(HttpContext context) => $"{context.Request.Scheme}://{context.Request.Host}/fhir/AuditEvent";
}
