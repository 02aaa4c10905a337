using System.Text.Json;
using PhiGateway.Fhir.Grammar.Declared;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>The three forms of a patch; each operation must say plainly which top-level element it touches.</summary>
internal static class PatchGrammar
{
    internal static Refusal? ReadJsonPatch(JsonElement patch, ISet<string> touched)
    {
        if (patch.ValueKind != JsonValueKind.Array || patch.GetArrayLength() == 0)
        {
            return Refusal.Body("JSON Patch is not a list of operations");
        }

        foreach (var operation in patch.EnumerateArray())
        {
            var needsFrom = StrictJson.Text(operation, "op") is "move" or "copy";
            var needsValue = StrictJson.Text(operation, "op") is "add" or "replace" or "test";
            var isKnown = needsFrom || needsValue || StrictJson.Text(operation, "op") == "remove";
            if (
                !isKnown
                || (needsValue && !operation.TryGetProperty("value", out _))
                || !TryTouchPointer(StrictJson.Text(operation, "path"), touched)
            )
            {
                return Refusal.Body("JSON Patch operation is not complete");
            }

            if (needsFrom && !TryTouchPointer(StrictJson.Text(operation, "from"), touched))
            {
                return Refusal.Body("JSON Patch operation without its source");
            }
        }

        return IdentityStays(touched);
    }

    internal static Refusal? ReadMergePatch(JsonElement patch, ISet<string> touched)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return Refusal.Body("merge patch is not an object");
        }

        foreach (var member in patch.EnumerateObject())
        {
            touched.Add(member.Name);
        }

        return IdentityStays(touched);
    }

    internal static Refusal? ReadPathPatch(JsonElement patch, ResourceType type, ISet<string> touched)
    {
        if (
            !StrictJson.TryReadType(patch, out var name)
            || name != ResourceType.Parameters
            || !patch.TryGetProperty("parameter", out var operations)
            || operations.ValueKind != JsonValueKind.Array
        )
        {
            return Refusal.Body("FHIRPath Patch is not a Parameters resource");
        }

        foreach (var operation in operations.EnumerateArray())
        {
            if (
                StrictJson.Text(operation, "name") != "operation"
                || !operation.TryGetProperty("part", out var parts)
                || parts.ValueKind != JsonValueKind.Array
                || !TryTouchParts(parts, type, touched)
            )
            {
                return Refusal.Body("FHIRPath Patch operation cannot be read");
            }
        }

        return operations.GetArrayLength() == 0 ? Refusal.Body("FHIRPath Patch without operations") : IdentityStays(touched);
    }

    // add names its element apart from its path; all other operations say it in the path.
    private static bool TryTouchParts(JsonElement parts, ResourceType type, ISet<string> touched)
    {
        string? kind = null,
            path = null,
            name = null;
        foreach (var part in parts.EnumerateArray())
        {
            switch (StrictJson.Text(part, "name"))
            {
                case "type":
                    kind = StrictJson.Text(part, "valueCode");
                    break;
                case "path":
                    path = StrictJson.Text(part, "valueString");
                    break;
                case "name":
                    name = StrictJson.Text(part, "valueString");
                    break;
            }
        }

        if (kind is not ("add" or "insert" or "delete" or "replace" or "move") || path is null)
        {
            return false;
        }

        if (path == type.Name)
        {
            return kind == "add" && name is not null && IsElement(name) && TryAdd(touched, name);
        }

        // The whole path, not its first step: a union or %resource behind it would lead anywhere else.
        return ExpressionReader.TryRead(path) is [var way] && way.Type == type.Name && TryAdd(touched, way.Element);
    }

    private static bool TryTouchPointer(string? pointer, ISet<string> touched)
    {
        if (pointer is null || pointer.Length < 2 || pointer[0] != '/')
        {
            return false;
        }

        var end = pointer.IndexOf('/', 1);
        var element = end < 0 ? pointer[1..] : pointer[1..end];
        return IsElement(element.TrimStart('_')) && TryAdd(touched, element.TrimStart('_'));
    }

    private static bool TryAdd(ISet<string> touched, string element)
    {
        touched.Add(element);
        return true;
    }

    private static bool IsElement(string name) => name.Length > 0 && name.All(char.IsAsciiLetterOrDigit);

    private static Refusal? IdentityStays(ISet<string> touched) =>
        touched.Any(static name => name.TrimStart('_').ToLowerInvariant() is "id" or "resourcetype")
            ? Refusal.Body("patch of id or resourceType")
            : null;
}
