using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Writes what may leave of an answer: the records that were let out, trimmed, and the declared places beside them.</summary>
/// <param name="json">Takes it.</param>
/// <param name="shape">Where a record's elements stand.</param>
/// <param name="verdicts">Per record, in document order, the elements that may leave; null: it stays.</param>
/// <param name="links">Seals what leads on; null: it is cut.</param>
internal sealed class ApiAnswerWriter(Utf8JsonWriter json, ApiShape shape, List<ElementSet?> verdicts, ILinkSealer? links)
{
    // Of the group that is being written; of all records outside of one.
    private int _released = verdicts.Count(static verdict => verdict is not null);
    private int _next;

    /// <summary>Where records could be, null is none.</summary>
    internal static bool IsNothing(JsonElement value, EnvelopeNode node) =>
        value.ValueKind == JsonValueKind.Null && node.Role == EnvelopeRole.Way;

    /// <summary>Writes an element and all below it.</summary>
    internal void Write(JsonElement element, EnvelopeNode node)
    {
        switch (node.Role)
        {
            case EnvelopeRole.Item:
                WriteRecord(element, verdicts[_next++]!);
                break;
            case EnvelopeRole.Keep:
                json.WriteRaw(element);
                break;
            case EnvelopeRole.Count:
                json.WriteNumberValue(_released);
                break;
            default:
                WriteWay(element, node);
                break;
        }
    }

    private void WriteRecord(JsonElement record, ElementSet elements)
    {
        if (elements.IsAll)
        {
            json.WriteRaw(record);
        }
        else
        {
            shape.Keep(elements).Write(json, record);
        }
    }

    private void WriteWay(JsonElement element, EnvelopeNode node)
    {
        if (node.Each is { } each)
        {
            json.WriteStartArray();
            foreach (var item in element.EnumerateArray())
            {
                // A group of which no record leaves would still tell that there is such a group.
                var records = CountItems(item, each);
                var released = CountReleased(records);
                if (released == 0)
                {
                    _next += records;
                    continue;
                }

                var around = _released;
                _released = released;
                Write(item, each);
                _released = around;
            }

            json.WriteEndArray();
            return;
        }

        json.WriteStartObject();
        foreach (var member in element.EnumerateObject())
        {
            if (node.Members.TryGetValue(member.Name, out var next) && !IsNothing(member.Value, next))
            {
                WriteMember(member, next);
            }
        }

        json.WriteEndObject();
    }

    private void WriteMember(JsonProperty member, EnvelopeNode node)
    {
        switch (node.Role)
        {
            case EnvelopeRole.Next:
                if (TextOf(member.Value) is { Length: > 0 } text && links?.Seal("next", text) is { } handle)
                {
                    json.WriteString(member.Name, handle);
                }

                return;
            case EnvelopeRole.Keep when HasAddress(member.Value):
                return;
            default:
                json.WritePropertyName(member.Name);
                Write(member.Value, node);
                return;
        }
    }

    /// <summary>Where an answer leads on, as it is written; null: it is no text and no number.</summary>
    internal static string? TextOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };

    /// <summary>
    /// Whether a member holds an address of the backend, which is a way to its records that nobody decides: it leaves sealed, as Next, or not at
    /// all.
    /// </summary>
    internal static bool HasAddress(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() is { } text
                && (text.Contains("://", StringComparison.Ordinal) || text.StartsWith('/') || text.StartsWith('?')),
            JsonValueKind.Array => value.EnumerateArray().Any(HasAddress),
            JsonValueKind.Object => value.EnumerateObject().Any(static member => HasAddress(member.Value)),
            _ => false,
        };

    // Of the next so many.
    private int CountReleased(int records)
    {
        var count = 0;
        for (var i = _next; i < _next + records; i++)
        {
            count += verdicts[i] is null ? 0 : 1;
        }

        return count;
    }

    private static int CountItems(JsonElement element, EnvelopeNode node)
    {
        if (node.Role == EnvelopeRole.Item)
        {
            return 1;
        }

        var count = 0;
        if (node.Each is { } each)
        {
            foreach (var item in element.EnumerateArray())
            {
                count += CountItems(item, each);
            }
        }
        else if (node.Members.Count > 0)
        {
            foreach (var member in element.EnumerateObject())
            {
                count +=
                    node.Members.TryGetValue(member.Name, out var next) && !IsNothing(member.Value, next)
                        ? CountItems(member.Value, next)
                        : 0;
            }
        }

        return count;
    }
}
