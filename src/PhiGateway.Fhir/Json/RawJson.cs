using System.Runtime.InteropServices;
using System.Text.Json;

namespace PhiGateway.Fhir.Json;

/// <summary>Copies values out of JSON that was read into JSON that is written.</summary>
internal static class RawJson
{
    /// <summary>Writes a value with its own bytes: numbers keep their digits.</summary>
    internal static void WriteRaw(this Utf8JsonWriter json, JsonElement value) =>
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
