using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Brings the inputs of a call together whose body is the operation's one resource and whose query holds the simple ones, as most clients
/// write <c>$validate?profile=…</c>: into one Parameters resource, which says the same (R4 3.2.0.1.1) and is read, judged and sent.
/// </summary>
/// <remarks>Only where it answers with what is nobody's record: its pages would be asked for by the address as it came.</remarks>
internal static class InputsBesideBody
{
    // The member that holds a value of each simple type in a Parameters resource; inputs of other types are not simple.
    private static readonly FrozenDictionary<string, string> Members = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["boolean"] = "valueBoolean",
        ["canonical"] = "valueCanonical",
        ["code"] = "valueCode",
        ["integer"] = "valueInteger",
        ["string"] = "valueString",
        ["uri"] = "valueUri",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The call with all inputs in its body; as it came where it is none of the kind, or cannot be read as one.</summary>
    internal static RequestSource Join(RequestSource source, OperationDefinition operation)
    {
        if (
            source.Method != "POST"
            || source.Body.IsEmpty
            || operation is not { Returns: OperationResult.Validation or OperationResult.Nothing, Alone: { } alone }
        )
        {
            return source;
        }

        var inputs = WriteReader.WithoutFormat(source.Line.Query);
        if (
            inputs.Count == 0
            || !inputs.All(input => input.Name != alone && IsSimple(operation, input))
            || inputs.DistinctBy(static input => input.Name).Count() != inputs.Count
            || !HeaderGrammar.IsJson(source.Headers.ContentType)
            || !StrictJson.TryParse(source.Body, source.Context.MaxDepth, out var document)
        )
        {
            return source;
        }

        using (document)
        {
            if (!StrictJson.TryReadType(document.RootElement, out var type) || type == ResourceType.Parameters)
            {
                return source;
            }

            QueryParameter[] rest = [.. source.Line.Query.Where(WriteReader.SaysForm)];
            return source with
            {
                Line = new CanonicalRequest(source.Method, source.Line.Base, source.Line.SegmentArray, rest),
                Body = Write(document.RootElement, alone, inputs, operation),
            };
        }
    }

    private static bool IsSimple(OperationDefinition operation, QueryParameter input) =>
        operation.Inputs.TryGetValue(input.Name, out var kind)
        && Members.ContainsKey(kind)
        && kind switch
        {
            "boolean" => input.Value is "true" or "false",
            "integer" => int.TryParse(input.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            _ => true,
        };

    private static byte[] Write(JsonElement resource, string alone, IReadOnlyList<QueryParameter> inputs, OperationDefinition operation)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("resourceType"u8, "Parameters");
            json.WriteStartArray("parameter"u8);
            foreach (var (name, value) in inputs)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, name);
                WriteValue(json, operation.Inputs[name], value);
                json.WriteEndObject();
            }

            json.WriteStartObject();
            json.WriteString("name"u8, alone);
            json.WritePropertyName("resource"u8);
            json.WriteRaw(resource);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteValue(Utf8JsonWriter json, string kind, string value)
    {
        json.WritePropertyName(Members[kind]);
        switch (kind)
        {
            case "boolean":
                json.WriteBooleanValue(value == "true");
                break;
            case "integer":
                json.WriteNumberValue(int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteStringValue(value);
                break;
        }
    }
}
