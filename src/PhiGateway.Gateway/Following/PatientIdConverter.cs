using System.Text.Json;
using System.Text.Json.Serialization;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Following;

/// <summary>Writes patient ids as plain strings in the last good snapshot.</summary>
internal sealed class PatientIdConverter : JsonConverter<PatientId>
{
    public override PatientId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PatientId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not a FHIR id.");

    public override void Write(Utf8JsonWriter writer, PatientId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}
