using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Apis;

/// <summary>
/// A tree of the places of a record that leave under one set of elements; writes these and cuts everything else. Immutable once built.
/// </summary>
internal sealed class KeepNode
{
    private readonly Dictionary<string, KeepNode> _members = new(StringComparer.Ordinal);
    private KeepNode? _each;
    private bool _isWhole;

    /// <summary>Adds a place; one within another is part of that.</summary>
    internal void Add(JsonPointer pointer)
    {
        var node = this;
        foreach (var step in pointer.Steps)
        {
            node = step is null ? node._each ??= new KeepNode() : node.Member(step);
        }

        node._isWhole = true;
    }

    /// <summary>Writes what is kept of a record; what is not of the kind that the places take it for is cut.</summary>
    internal void Write(Utf8JsonWriter json, JsonElement element)
    {
        if (_isWhole)
        {
            json.WriteRaw(element);
            return;
        }

        if (element.ValueKind == JsonValueKind.Array && _each is { } each)
        {
            json.WriteStartArray();
            foreach (var item in element.EnumerateArray())
            {
                if (each.Fits(item))
                {
                    each.Write(json, item);
                }
            }

            json.WriteEndArray();
            return;
        }

        json.WriteStartObject();
        foreach (var member in element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : default)
        {
            if (_members.TryGetValue(member.Name, out var next) && next.Fits(member.Value))
            {
                json.WritePropertyName(member.Name);
                next.Write(json, member.Value);
            }
        }

        json.WriteEndObject();
    }

    private bool Fits(JsonElement element) =>
        _isWhole
        || (element.ValueKind == JsonValueKind.Array && _each is not null)
        || (element.ValueKind == JsonValueKind.Object && _members.Count > 0);

    private KeepNode Member(string name)
    {
        if (!_members.TryGetValue(name, out var next))
        {
            _members.Add(name, next = new KeepNode());
        }

        return next;
    }
}
