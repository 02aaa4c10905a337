using System.Text.Json;
using System.Text.Unicode;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Changes;

/// <summary>Reads a JSON Patch (RFC 6902) by what it touches, before it is sent to a server that would apply it.</summary>
/// <remarks>
/// Pure. Where a path could reach something protected that only the stored version would show (a label inside <c>contained</c> or an
/// extension), it counts as reaching it.
/// </remarks>
public static class JsonPatchReader
{
    /// <summary>
    /// Which protected parts of a resource of this type the patch touches; <see cref="ProtectedChanges.Unreadable"/> for anything that is
    /// not a well-formed patch.
    /// </summary>
    public static ProtectedChanges Touches(ReadOnlySpan<byte> patch, ResourceType type)
    {
        if (type.IsNone || !IsStrict(patch))
        {
            return ProtectedChanges.Unreadable;
        }

        var reader = new Utf8JsonReader(patch);
        var operations = JsonElement.ParseValue(ref reader);
        if (operations.ValueKind != JsonValueKind.Array)
        {
            return ProtectedChanges.Unreadable;
        }

        var touched = ProtectedChanges.None;
        foreach (var operation in operations.EnumerateArray())
        {
            touched |= TouchesOf(operation, type);
        }

        return touched;
    }

    private static ProtectedChanges TouchesOf(JsonElement operation, ResourceType type)
    {
        if (operation.ValueKind != JsonValueKind.Object || Text(operation, "op") is not { } op || Text(operation, "path") is not { } path)
        {
            return ProtectedChanges.Unreadable;
        }

        var touched =
            PointerTouches(path, type)
            | (operation.TryGetProperty("value", out var value) && SpeaksOfLabels(value) ? ProtectedChanges.Labels : 0);
        return op switch
        {
            "add" or "replace" when operation.TryGetProperty("value", out _) => touched,
            "remove" => touched,
            // What is tested is not changed, but the answer says whether the guess was right.
            "test" when operation.TryGetProperty("value", out _) => ProtectedChanges.Test
                | (PointerTouches(path, type) & ProtectedChanges.Unreadable),
            "move" or "copy" when Text(operation, "from") is { } from => touched | PointerTouches(from, type),
            _ => ProtectedChanges.Unreadable,
        };
    }

    private static ProtectedChanges PointerTouches(string pointer, ResourceType type)
    {
        if (pointer.Length == 0)
        {
            // The whole document: everything.
            return ProtectedChanges.Id
                | ProtectedChanges.Type
                | ProtectedChanges.Owner
                | ProtectedChanges.Labels
                | ProtectedChanges.Tags
                | ProtectedChanges.Link;
        }

        if (pointer[0] != '/' || !TryDecode(pointer, out var steps))
        {
            return ProtectedChanges.Unreadable;
        }

        // Lenient upstreams match names without regard to case.
        var root = steps[0].TrimStart('_').ToLowerInvariant();
        var touched = root switch
        {
            "id" => ProtectedChanges.Id | (type == ResourceType.Patient ? ProtectedChanges.Owner : 0),
            "resourcetype" => ProtectedChanges.Type,
            "meta" => MetaTouches(steps),
            "contained" => ProtectedChanges.Labels | ProtectedChanges.Owner,
            "link" when type.Name is "Patient" or "Person" => ProtectedChanges.Link,
            "confidentiality" when type.Name == "Composition" => ProtectedChanges.Labels,
            "securitylabel" when type.Name == "DocumentReference" => ProtectedChanges.Labels,
            "provision" when type.Name == "Consent" => ProtectedChanges.Labels,
            _ => ProtectedChanges.None,
        };
        if (StoredVersionComparer.OwnerRoots(type).Contains(root, StringComparer.OrdinalIgnoreCase))
        {
            touched |= ProtectedChanges.Owner;
        }

        return steps.Any(static step => step.ToLowerInvariant() is "extension" or "modifierextension")
            ? touched | ProtectedChanges.Labels
            : touched;
    }

    private static ProtectedChanges MetaTouches(string[] steps) =>
        steps.Length == 1
            ? ProtectedChanges.Labels | ProtectedChanges.Tags
            : steps[1].ToLowerInvariant() switch
            {
                "security" => ProtectedChanges.Labels,
                "tag" => ProtectedChanges.Tags,
                _ => ProtectedChanges.None,
            };

    private static bool TryDecode(string pointer, out string[] steps)
    {
        steps = pointer[1..].Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            var step = steps[i];
            for (var tilde = step.IndexOf('~', StringComparison.Ordinal); tilde >= 0; tilde = step.IndexOf('~', tilde + 1))
            {
                if (tilde + 1 >= step.Length || step[tilde + 1] is not ('0' or '1'))
                {
                    return false;
                }
            }

            steps[i] = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        return true;
    }

    // A value put in somewhere harmless can bring a label along.
    private static bool SpeaksOfLabels(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value
                .EnumerateObject()
                .Any(static member =>
                    SpeaksOfLabels(member.Value)
                    || (
                        member.NameEquals("url")
                        && member.Value.ValueKind == JsonValueKind.String
                        && member.Value.GetString()!.EndsWith("inline-sec-label", StringComparison.Ordinal)
                    )
                ),
            JsonValueKind.Array => value.EnumerateArray().Any(SpeaksOfLabels),
            _ => false,
        };

    private static string? Text(JsonElement operation, string name) =>
        operation.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsStrict(ReadOnlySpan<byte> patch)
    {
        try
        {
            var reader = new Utf8JsonReader(patch);
            return Utf8.IsValid(patch)
                && reader.Read()
                && new ValueSkipper(new NameStack()).Skip(ref reader, patch) == ScanResult.Complete
                && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
