using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd;

/// <summary>Resources and bundles that tests write.</summary>
internal static class Bodies
{
    private const string Category = "http://terminology.hl7.org/CodeSystem/observation-category";

    /// <summary>A laboratory result.</summary>
    public static string Observation(
        string patient,
        string? identifier = null,
        string? id = null,
        string value = "new",
        string? label = null
    )
    {
        var body = new JsonObject
        {
            ["resourceType"] = "Observation",
            ["status"] = "final",
            ["category"] = new JsonArray(
                new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["system"] = Category, ["code"] = "laboratory" }) }
            ),
            ["code"] = new JsonObject
            {
                ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://loinc.org", ["code"] = "15074-8" }),
            },
            ["subject"] = new JsonObject
            {
                ["reference"] =
                    patient.Contains(':', StringComparison.Ordinal) || patient.Contains('?', StringComparison.Ordinal)
                        ? patient
                        : $"Patient/{patient}",
            },
            ["valueString"] = value,
        };
        if (identifier is not null)
        {
            body["identifier"] = new JsonArray(new JsonObject { ["system"] = "urn:lab", ["value"] = identifier });
        }

        if (id is not null)
        {
            body["id"] = id;
        }

        if (label is not null)
        {
            body["meta"] = new JsonObject
            {
                ["security"] = new JsonArray(
                    new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-ActCode", ["code"] = label }
                ),
            };
        }

        return body.ToJsonString();
    }

    /// <summary>A bundle to be sent.</summary>
    public static string Bundle(string type, params Entry[] entries) =>
        new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = type,
            ["entry"] = new JsonArray([.. entries.Select(static entry => entry.ToJson())]),
        }.ToJsonString();
}

/// <summary>One entry of a bundle to be sent.</summary>
internal sealed record Entry(
    string Method,
    string Url,
    string? Body = null,
    string? Name = null,
    string? IfNoneExist = null,
    string? IfMatch = null
)
{
    public JsonNode ToJson()
    {
        var request = new JsonObject { ["method"] = Method, ["url"] = Url };
        Add(request, "ifNoneExist", IfNoneExist);
        Add(request, "ifMatch", IfMatch);
        var entry = new JsonObject { ["request"] = request };
        Add(entry, "fullUrl", Name);
        if (Body is not null)
        {
            entry["resource"] = JsonNode.Parse(Body);
        }

        return entry;
    }

    private static void Add(JsonObject to, string name, string? value)
    {
        if (value is not null)
        {
            to[name] = value;
        }
    }
}
