using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Canonical;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>
/// Writes the Parameters resource of an export's kick-off by POST (Bulk Data Access 2, kick-off request) from the inputs that were understood
/// and narrowed.
/// </summary>
internal static class ExportInputs
{
    /// <summary>Writes it: a patient as a reference, the time as an instant, everything else as text.</summary>
    internal static ReadOnlyMemory<byte> Write(IReadOnlyList<QueryParameter> inputs)
    {
        var output = new ArrayBufferWriter<byte>(256 + (64 * inputs.Count));
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Parameters");
            json.WriteStartArray("parameter");
            foreach (var (name, value) in inputs)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                WriteValue(json, name, value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void WriteValue(Utf8JsonWriter json, string name, string value)
    {
        switch (name)
        {
            case "patient":
                json.WriteStartObject("valueReference");
                json.WriteString("reference", value);
                json.WriteEndObject();
                break;
            case "_since":
                json.WriteString("valueInstant", value);
                break;
            default:
                json.WriteString("valueString", value);
                break;
        }
    }
}
