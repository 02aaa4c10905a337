using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Apis;

/// <summary>
/// Writes a page that was put together: the declared places beside the records as the backend's first answer has them, and the records in one
/// form, whether there are any or not. Used by <see cref="ApiPage"/>.
/// </summary>
/// <remarks>
/// Security: in the order of the table, with the list also where the backend leaves it out for want of records or writes null, and without what
/// only leads on where nothing follows: by place or form what is not there would be told from what stays.
/// </remarks>
/// <param name="json">Takes it.</param>
/// <param name="records">The records, as an array.</param>
/// <param name="count">How many they are.</param>
/// <param name="next">Where the page leads on, sealed; null: nowhere.</param>
internal sealed class ApiPageWriter(Utf8JsonWriter json, ReadOnlyMemory<byte> records, int count, string? next)
{
    /// <summary>Writes the whole page.</summary>
    /// <param name="frame">The backend's first answer; undefined: it had no body.</param>
    /// <param name="envelope">What is declared of it.</param>
    public void Write(JsonElement frame, EnvelopeNode envelope)
    {
        if (envelope.Each is not null)
        {
            json.WriteRawValue(records.Span, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        foreach (var (name, node) in envelope.Members)
        {
            var below = Member(frame, name);
            if (IsWritten(below, node))
            {
                json.WritePropertyName(name);
                WriteOne(below, node);
            }
        }

        json.WriteEndObject();
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    private void WriteOne(JsonElement element, EnvelopeNode node)
    {
        switch (node.Role)
        {
            case EnvelopeRole.Next:
                json.WriteStringValue(next);
                return;
            case EnvelopeRole.Count:
                json.WriteNumberValue(count);
                return;
            case EnvelopeRole.Keep:
                json.WriteRaw(element);
                return;
            default:
                Write(element, node);
                return;
        }
    }

    private bool IsWritten(JsonElement element, EnvelopeNode node) =>
        node.Role switch
        {
            EnvelopeRole.Next => next is not null,
            EnvelopeRole.Count => true,
            EnvelopeRole.Keep => element.ValueKind != JsonValueKind.Undefined && !ApiAnswerWriter.HasAddress(element),
            _ => node.Each is not null || node.Members.Any(member => IsWritten(Member(element, member.Key), member.Value)),
        };
}
