using System.Runtime.InteropServices;
using System.Text.Json;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Reads the inputs of an operation: the query of a GET, or the Parameters resource of a POST flattened to names and values.
/// </summary>
internal static class InputParameters
{
    /// <summary>Reads them; a complex value (a Coding, a resource) is noted by name with an empty value and stays in the body.</summary>
    /// <param name="source">The request.</param>
    /// <param name="inputs">Names and values.</param>
    /// <param name="resources">Embedded resources, those within parts too, in order.</param>
    /// <param name="alone">
    /// The one input that is a resource, which may then be the body itself (R4 3.2.0.1.1); null: the body is a Parameters resource.
    /// </param>
    internal static Refusal? Read(
        RequestSource source,
        out List<QueryParameter> inputs,
        out List<EmbeddedResource> resources,
        string? alone = null
    )
    {
        inputs = [];
        resources = [];
        foreach (var parameter in source.Line.Query)
        {
            if (!WriteReader.SaysForm(parameter))
            {
                inputs.Add(parameter);
            }
        }

        if (source.IsGet)
        {
            TypeList.Join(inputs);
            return null;
        }

        if (source.Method != "POST")
        {
            return new Refusal(DenyReason.MethodNotAllowed, "operations are called by GET or POST");
        }

        if (inputs.Count > 0)
        {
            return Refusal.Query("operation by POST with parameters in its query");
        }

        return source.Body.IsEmpty ? null : ReadBody(source, inputs, resources, alone);
    }

    private static Refusal? ReadBody(RequestSource source, List<QueryParameter> inputs, List<EmbeddedResource> resources, string? alone)
    {
        if (!HeaderGrammar.IsJson(source.Headers.ContentType))
        {
            return new Refusal(DenyReason.UnsupportedMediaType, "operation's body is not FHIR 4.0 JSON in UTF-8");
        }

        if (!StrictJson.TryParse(source.Body, source.Context.MaxDepth, out var document))
        {
            return Refusal.Body("body is not strict JSON");
        }

        using (document)
        {
            var isResource = StrictJson.TryReadType(document.RootElement, out var type);
            if (isResource && type != ResourceType.Parameters && alone is not null)
            {
                inputs.Add(new QueryParameter(alone, string.Empty));
                Keep(alone, document.RootElement, resources, isWhole: true);
                return null;
            }

            if (!isResource || type != ResourceType.Parameters)
            {
                return Refusal.Body("operation's body is not a Parameters resource");
            }

            if (!document.RootElement.TryGetProperty("parameter", out var list))
            {
                return null;
            }

            if (list.ValueKind != JsonValueKind.Array)
            {
                return Refusal.Body("parameter is not a list");
            }

            // An input that is repeated, as the patients of an export are, is a list of values in another form.
            if (!source.Budget.TakeEntries(list.GetArrayLength()))
            {
                return source.Budget.Refusal;
            }

            foreach (var parameter in list.EnumerateArray())
            {
                if (ReadOne(parameter, inputs, resources) is { } refusal)
                {
                    return refusal;
                }
            }

            TypeList.Join(inputs);
            return null;
        }
    }

    private static Refusal? ReadOne(JsonElement parameter, List<QueryParameter> inputs, List<EmbeddedResource> resources)
    {
        if (StrictJson.Text(parameter, "name") is not { Length: > 0 } name)
        {
            return Refusal.Body("parameter without a name");
        }

        var value = string.Empty;
        var values = 0;
        foreach (var member in parameter.EnumerateObject())
        {
            if (member.Name.StartsWith("value", StringComparison.Ordinal))
            {
                values++;
                value = member.Value.ValueKind switch
                {
                    JsonValueKind.String => member.Value.GetString()!,
                    JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                    JsonValueKind.Object when member.Name == "valueReference" => StrictJson.Text(member.Value, "reference") ?? string.Empty,
                    _ => string.Empty,
                };
            }
            else if (member.Name == "resource")
            {
                values++;
                Keep(name, member.Value, resources, isWhole: !parameter.TryGetProperty("part", out _));
            }
            else if (member.Name == "part")
            {
                KeepParts(name, member.Value, resources);
            }
        }

        inputs.Add(new QueryParameter(name, value));
        return values <= 1 ? null : Refusal.Body("parameter with several values");
    }

    // However deep it stands, a resource is one that is submitted. The depth is that of the body, which is bounded.
    private static void KeepParts(string name, JsonElement parts, List<EmbeddedResource> resources)
    {
        foreach (var part in parts.ValueKind == JsonValueKind.Array ? parts.EnumerateArray() : default)
        {
            foreach (var member in part.ValueKind == JsonValueKind.Object ? part.EnumerateObject() : default)
            {
                if (member.Name == "resource")
                {
                    Keep(name, member.Value, resources);
                }
                else if (member.Name == "part")
                {
                    KeepParts(name, member.Value, resources);
                }
            }
        }
    }

    private static void Keep(string name, JsonElement resource, List<EmbeddedResource> resources, bool isWhole = false) =>
        resources.Add(new EmbeddedResource(name, JsonMarshal.GetRawUtf8Value(resource).ToArray()) { IsWhole = isWhole });
}
