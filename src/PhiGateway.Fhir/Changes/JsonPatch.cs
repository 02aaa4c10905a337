using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Changes;

/// <summary>Reads a JSON Patch (RFC 6902) and applies it to the stored version here; only the result goes upstream.</summary>
internal sealed class JsonPatch : PatchMeaning
{
    // A patch of a record by hand has a handful; each may walk the whole of it.
    private const int MaxOperations = 1000;

    // Of values in a tree, beside their text; and what may be copied within a record that holds next to nothing.
    private const int TreeToText = 16;
    private const int LeastCopied = 1024 * 1024;

    private readonly Operation[] _operations;
    private readonly bool _copies;

    private JsonPatch(Operation[] operations, ResourceType type)
    {
        _operations = operations;
        Touched = PatchElements.Of(operations.SelectMany(static operation => operation.Roots));
        Tests = Array.Exists(operations, operation => operation.Asks(type));
        Carries = Array.Exists(operations, static operation => operation.HasSource) || TakesBack(operations);
        _copies = Array.Exists(operations, static operation => operation.Copies);
    }

    public override IReadOnlyList<string> Touched { get; }

    public override bool Tests { get; }

    public override bool Carries { get; }

    public override long MostCopied(int stored) => _copies ? ((long)stored * TreeToText) + LeastCopied : 0;

    public override ReadOnlyMemory<byte> Rewritten => PatchText.Write(WriteTo);

    public override string MediaType => "application/json-patch+json";

    /// <summary>Reads a patch; what is not whole is refused.</summary>
    internal static Refusal? Read(JsonElement patch, ResourceType type, out PatchMeaning? meaning)
    {
        meaning = null;
        if (patch.ValueKind != JsonValueKind.Array || patch.GetArrayLength() is 0 or > MaxOperations)
        {
            return Refusal.Body($"JSON Patch is not a list of 1 to {MaxOperations} operations");
        }

        var operations = new List<Operation>(patch.GetArrayLength());
        foreach (var element in patch.EnumerateArray())
        {
            if (Operation.Read(element) is not { } operation)
            {
                return Refusal.Body("JSON Patch operation is not complete");
            }

            operations.Add(operation);
        }

        var read = new JsonPatch([.. operations], type);
        meaning = read;
        return PatchElements.Check(read.Touched);
    }

    public override PatchOutcome Apply(ReadOnlySpan<byte> stored, int most, out byte[] result)
    {
        result = [];
        if (PatchText.Read(stored) is not { } root)
        {
            return PatchOutcome.NotApplicable;
        }

        var (copied, moved) = (Math.Min(most, MostCopied(stored.Length)), (long)most);
        foreach (var operation in _operations)
        {
            var outcome = operation.Apply(root, ref copied, ref moved);
            if (outcome != PatchOutcome.Applied)
            {
                return outcome;
            }
        }

        result = PatchText.Write(root);
        return result.Length <= most ? PatchOutcome.Applied : PatchOutcome.TooLarge;
    }

    // What one operation puts and a later one takes away is not in the result that is judged, and may stay in another version.
    private static bool TakesBack(Operation[] operations)
    {
        var put = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var operation in operations)
        {
            var root = PatchElements.Of(operation.Roots)[0];
            if (operation.TakesAway && put.Contains(root))
            {
                return true;
            }

            if (operation.Puts)
            {
                put.Add(root);
            }
        }

        return false;
    }

    private void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var operation in _operations)
        {
            operation.WriteTo(json);
        }

        json.WriteEndArray();
    }

    private sealed class Operation
    {
        private readonly PatchPointer _path;
        private readonly PatchPointer? _from;
        private readonly JsonElement? _value;

        private Operation(string kind, PatchPointer path, PatchPointer? from, JsonElement? value) =>
            (Kind, _path, _from, _value) = (kind, path, from, value);

        private string Kind { get; }

        // How deep what is put at the path may be.
        private int Levels => PatchText.MaxDepth - _path.Steps.Length;

        internal bool HasSource => _from is not null;

        internal bool Copies => Kind == "copy";

        internal bool Puts => Kind is "add" or "replace";

        internal bool TakesAway => Kind is "remove" or "replace" || (Kind == "add" && _path.Last != "-");

        internal IEnumerable<string> Roots => _from is null ? [_path.Steps[0]] : [_path.Steps[0], _from.Steps[0]];

        // Whether it can be applied tells what is stored, unless it sets a member of the resource itself, or replaces one that all have.
        internal bool Asks(ResourceType type) =>
            _path.Steps.Length > 1
            || Kind switch
            {
                "add" => false,
                "replace" => !SummaryElements.Mandatory(type).Contains(_path.Last),
                _ => true,
            };

        internal static Operation? Read(JsonElement element)
        {
            // Members that the operation does not have are ignored (RFC 6902, section 4): nobody but this reader sees them.
            var kind = StrictJson.Text(element, "op");
            var (path, from) = (PatchPointer.Read(StrictJson.Text(element, "path")), PatchPointer.Read(StrictJson.Text(element, "from")));
            var value = default(JsonElement);
            var hasValue = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("value", out value);
            return kind switch
            {
                _ when path is null => null,
                "add" or "replace" or "test" when hasValue => new Operation(kind, path, from: null, value.Clone()),
                "remove" => new Operation(kind, path, from: null, value: null),
                "move" when from is not null && !path.IsWithin(from) => new Operation(kind, path, from, value: null),
                "copy" when from is not null => new Operation(kind, path, from, value: null),
                _ => null,
            };
        }

        internal void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("op", Kind);
            json.WriteString("path", _path.Text);
            if (_from is not null)
            {
                json.WriteString("from", _from.Text);
            }

            if (_value is { } value)
            {
                json.WritePropertyName("value");
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        internal PatchOutcome Apply(JsonObject root, ref long copied, ref long moved)
        {
            switch (Kind)
            {
                case "test":
                    return Is(TryFind(root, _path, out var tested) && SameJson.Is(tested, Value()));
                case "remove":
                    return Is(TryTake(root, _path, out _));
                case "replace":
                    return Is(TryReplace(root, Value()));
                case "move":
                    if (!TryTake(root, _from!, out var piece))
                    {
                        return PatchOutcome.NotApplicable;
                    }

                    // Security: chains hung on one another would be deeper than the stack of whoever walks them.
                    return PatchText.TrySpend(piece, Levels, ref moved) ? Is(TryAdd(root, piece)) : PatchOutcome.TooLarge;
                case "copy":
                    if (!TryFind(root, _from!, out var source))
                    {
                        return PatchOutcome.NotApplicable;
                    }

                    // A copy of a copy of a copy doubles each time.
                    return PatchText.TrySpend(source, Levels, ref copied) ? Is(TryAdd(root, source?.DeepClone())) : PatchOutcome.TooLarge;
                default:
                    return Is(TryAdd(root, Value()));
            }
        }

        private static PatchOutcome Is(bool applied) => applied ? PatchOutcome.Applied : PatchOutcome.NotApplicable;

        // A fresh one each time: a node has one parent.
        private JsonNode? Value() =>
            _value!.Value.ValueKind switch
            {
                JsonValueKind.Object => JsonObject.Create(_value.Value),
                JsonValueKind.Array => JsonArray.Create(_value.Value),
                JsonValueKind.Null => null,
                _ => JsonValue.Create(_value.Value),
            };

        private static bool TryFind(JsonObject root, PatchPointer place, out JsonNode? found)
        {
            found = null;
            switch (place.FindParent(root))
            {
                case JsonObject members:
                    return members.TryGetPropertyValue(place.Last, out found);
                case JsonArray items when PatchPointer.TryIndex(place.Last, items.Count - 1, out var index):
                    found = items[index];
                    return true;
                default:
                    return false;
            }
        }

        private static bool TryTake(JsonObject root, PatchPointer place, out JsonNode? taken)
        {
            if (!TryFind(root, place, out taken))
            {
                return false;
            }

            switch (place.FindParent(root))
            {
                case JsonObject members:
                    return members.Remove(place.Last);
                case JsonArray items when PatchPointer.TryIndex(place.Last, items.Count - 1, out var index):
                    items.RemoveAt(index);
                    return true;
                default:
                    return false;
            }
        }

        private bool TryReplace(JsonObject root, JsonNode? value)
        {
            switch (_path.FindParent(root))
            {
                case JsonObject members when members.ContainsKey(_path.Last):
                    members[_path.Last] = value;
                    return true;
                case JsonArray items when PatchPointer.TryIndex(_path.Last, items.Count - 1, out var index):
                    items[index] = value;
                    return true;
                default:
                    return false;
            }
        }

        private bool TryAdd(JsonObject root, JsonNode? value)
        {
            switch (_path.FindParent(root))
            {
                case JsonObject members:
                    members[_path.Last] = value;
                    return true;
                case JsonArray items when _path.Last == "-":
                    items.Add(value);
                    return true;
                case JsonArray items when PatchPointer.TryIndex(_path.Last, items.Count, out var index):
                    items.Insert(index, value);
                    return true;
                default:
                    return false;
            }
        }
    }
}
