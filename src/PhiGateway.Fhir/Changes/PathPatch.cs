using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Changes;

/// <summary>
/// Reads a FHIRPath Patch (R4 3.1.0.4.2) part by part, each at most once, and writes it anew for the upstream from what was read.
/// </summary>
/// <remarks>
/// It is applied upstream, since only a schema says whether an element that is added is a list. So nothing that the upstream might read in
/// another way than this reader is sent: an unknown part, a part twice, a text of the form <c>Type?…</c> wherever it stands.
/// </remarks>
internal sealed class PathPatch : PatchMeaning
{
    private const int MaxOperations = 1000;

    // An element deep inside one is named in a fraction of it; each step of a path is put behind all before it.
    private const int LongestPath = 1024;

    // What each kind of operation consists of, in the order in which it is written.
    private static readonly Dictionary<string, string[]> PartsOf = new(StringComparer.Ordinal)
    {
        ["add"] = ["path", "name", "value"],
        ["insert"] = ["path", "index", "value"],
        ["delete"] = ["path"],
        ["replace"] = ["path", "value"],
        ["move"] = ["path", "source", "destination"],
    };

    private PathPatch(IReadOnlyList<string> touched, bool tests, byte[] rewritten) =>
        (Touched, Tests, Rewritten) = (touched, tests, rewritten);

    public override IReadOnlyList<string> Touched { get; }

    public override bool Tests { get; }

    public override bool IsAppliedHere => false;

    public override ReadOnlyMemory<byte> Rewritten { get; }

    public override string MediaType => "application/fhir+json";

    internal static Refusal? Read(JsonElement patch, ResourceType type, out PatchMeaning? meaning)
    {
        meaning = null;
        if (
            !StrictJson.TryReadType(patch, out var name)
            || name != ResourceType.Parameters
            || !patch.TryGetProperty("parameter", out var operations)
            || operations.ValueKind != JsonValueKind.Array
            || operations.GetArrayLength() is 0 or > MaxOperations
        )
        {
            return Refusal.Body($"FHIRPath Patch is not a Parameters resource of 1 to {MaxOperations} operations");
        }

        var roots = new List<string>(operations.GetArrayLength());
        var tests = false;
        var output = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("resourceType", "Parameters");
        json.WriteStartArray("parameter");
        foreach (var operation in operations.EnumerateArray())
        {
            if (ReadParts(operation) is not { } parts || RootOf(parts, type) is not { } root)
            {
                return Refusal.Body("FHIRPath Patch operation cannot be read in one way");
            }

            if (parts.Values.Any(HoldsCondition))
            {
                return Refusal.Body("conditional reference in a patch");
            }

            roots.Add(root);
            tests |= Asks(parts, type, root);
            Write(json, parts);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        var read = new PathPatch(PatchElements.Of(roots), tests, output.WrittenSpan.ToArray());
        meaning = read;
        return PatchElements.Check(read.Touched);
    }

    public override PatchOutcome Apply(ReadOnlySpan<byte> stored, int most, out byte[] result) =>
        throw new NotSupportedException("It is applied upstream.");

    // The parts by name, exactly those of the operation's kind; null for anything more, less, or said twice.
    private static Dictionary<string, JsonElement>? ReadParts(JsonElement operation)
    {
        if (
            operation.ValueKind != JsonValueKind.Object
            || operation.EnumerateObject().Count() != 2
            || StrictJson.Text(operation, "name") != "operation"
            || !operation.TryGetProperty("part", out var list)
            || list.ValueKind != JsonValueKind.Array
        )
        {
            return null;
        }

        var parts = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var part in list.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object || StrictJson.Text(part, "name") is not { } name || !parts.TryAdd(name, part))
            {
                return null;
            }
        }

        return
            parts.TryGetValue("type", out var type)
            && ValueOf(type, "valueCode", JsonValueKind.String) is { } kind
            && PartsOf.TryGetValue(kind.GetString()!, out var expected)
            && parts.Count == expected.Length + 1
            && Array.TrueForAll(expected, expectedName => parts.TryGetValue(expectedName, out var part) && IsWhole(expectedName, part))
            ? parts
            : null;
    }

    private static bool IsWhole(string name, JsonElement part) =>
        name switch
        {
            "path" or "name" => ValueOf(part, "valueString", JsonValueKind.String) is not null,
            "index" or "source" or "destination" => ValueOf(part, "valueInteger", JsonValueKind.Number) is { } number
                && number.TryGetInt32(out var place)
                && place >= 0,
            // A datatype, or for an element without a type of its own its members as parts (R4 3.1.0.4.2).
            _ => part.EnumerateObject().Count() == 2
                && part.EnumerateObject().All(static member => member.Name is "name" or "part" || IsValueName(member.Name)),
        };

    private static JsonElement? ValueOf(JsonElement part, string member, JsonValueKind kind) =>
        part.EnumerateObject().Count() == 2 && part.TryGetProperty(member, out var value) && value.ValueKind == kind ? value : null;

    private static bool IsValueName(string member) =>
        member.StartsWith("value", StringComparison.Ordinal) && member.Length > 5 && char.IsAsciiLetterUpper(member[5]);

    // add names its element apart from its path; all other operations say it in the path.
    private static string? RootOf(Dictionary<string, JsonElement> parts, ResourceType type)
    {
        var path = parts["path"].GetProperty("valueString").GetString()!;
        var name = parts.TryGetValue("name", out var named) ? named.GetProperty("valueString").GetString()! : null;
        if (path.Length > LongestPath || (name is not null && (name.Length == 0 || !name.All(char.IsAsciiLetterOrDigit))))
        {
            return null;
        }

        if (path == type.Name)
        {
            return name;
        }

        // The whole path, not its first step: a union or %resource behind it would lead anywhere else.
        return ExpressionReader.TryRead(path) is [var way] && way.Type == type.Name ? way.Element : null;
    }

    // Whether it can be applied tells what is stored: a filter or a function in its path, an element deep inside, a place in a list, one
    // that must be there, or must not, or of which there may be one only (R4 3.1.0.4.2).
    private static bool Asks(Dictionary<string, JsonElement> parts, ResourceType type, string root)
    {
        var path = parts["path"].GetProperty("valueString").GetString()!;
        if (path != type.Name && path != $"{type.Name}.{root}")
        {
            return true;
        }

        var isList = SummaryElements.Lists(type).Contains(root);
        return parts["type"].GetProperty("valueCode").GetString() switch
        {
            "add" => !isList || path != type.Name,
            "insert" => parts["index"].GetProperty("valueInteger").GetInt32() > 0,
            "delete" => isList,
            "replace" => isList || !SummaryElements.Mandatory(type).Contains(root),
            _ => true,
        };
    }

    // Where it will stand cannot be seen here: a server resolves it wherever a reference is.
    private static bool HoldsCondition(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => IsCondition(value.GetString()!),
            JsonValueKind.Array => value.EnumerateArray().Any(HoldsCondition),
            JsonValueKind.Object => value.EnumerateObject().Any(static member => HoldsCondition(member.Value)),
            _ => false,
        };

    private static bool IsCondition(string text)
    {
        var question = text.IndexOf('?', StringComparison.Ordinal);
        if (question <= 0 || question == text.Length - 1)
        {
            return false;
        }

        var start = text.LastIndexOf('/', question) + 1;
        return ResourceType.TryParse(text.AsSpan(start, question - start).Trim(), out _);
    }

    private static void Write(Utf8JsonWriter json, Dictionary<string, JsonElement> parts)
    {
        var kind = parts["type"].GetProperty("valueCode").GetString()!;
        json.WriteStartObject();
        json.WriteString("name", "operation");
        json.WriteStartArray("part");
        parts["type"].WriteTo(json);
        foreach (var name in PartsOf[kind])
        {
            parts[name].WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
