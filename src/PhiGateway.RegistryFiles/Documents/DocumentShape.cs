using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>
/// Compares JSON with an entity's shape and lists every finding with its pointer: unknown, missing, null, of the wrong kind.
/// </summary>
public static class DocumentShape
{
    // More findings help nobody.
    private const int MaxFindings = 50;

    /// <summary>Reads an entity, or says everything that is wrong with it.</summary>
    public static Checked<IRegistryEntity> Read(JsonObject json, Type type, string prefix = "")
    {
        var findings = new List<ProblemPointer>(HiddenText.Find(json, prefix).Take(MaxFindings));
        if (findings.Count > 0)
        {
            return DocumentRefusal.Invalid(findings);
        }

        Check(json, RegistryJson.Options.GetTypeInfo(type), prefix, findings);
        if (findings.Count > 0)
        {
            return DocumentRefusal.Invalid(findings);
        }

        try
        {
            return json.Deserialize(type, RegistryJson.Options) is IRegistryEntity entity
                ? Checked<IRegistryEntity>.From(entity)
                : DocumentRefusal.Invalid(prefix, "invalid", "This is not a document of this kind.");
        }
        catch (JsonException exception)
        {
            return DocumentRefusal.Invalid(prefix + ToPointer(exception.Path), "invalid", "The value is not of the form this member has.");
        }
    }

    private static void Check(JsonNode? node, JsonTypeInfo type, string pointer, List<ProblemPointer> findings)
    {
        if (findings.Count >= MaxFindings)
        {
            return;
        }

        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                if (node is JsonObject json)
                {
                    CheckObject(json, type, pointer, findings);
                }
                else
                {
                    findings.Add(new ProblemPointer(pointer, "wrong-type", "An object is expected here."));
                }

                break;
            case JsonTypeInfoKind.Enumerable when type.ElementType is { } element:
                if (node is JsonArray array)
                {
                    for (var i = 0; i < array.Count; i++)
                    {
                        Check(
                            array[i],
                            RegistryJson.Options.GetTypeInfo(element),
                            pointer + "/" + i.ToString(CultureInfo.InvariantCulture),
                            findings
                        );
                    }
                }
                else
                {
                    findings.Add(new ProblemPointer(pointer, "wrong-type", "An array is expected here."));
                }

                break;
            default:
                CheckValue(node, type.Type, pointer, findings);
                break;
        }
    }

    private static void CheckObject(JsonObject json, JsonTypeInfo type, string pointer, List<ProblemPointer> findings)
    {
        var known = type.Properties.ToDictionary(static property => property.Name, StringComparer.Ordinal);
        foreach (var (name, value) in json)
        {
            var place = pointer + DocumentJson.Pointer([name]);
            if (!known.TryGetValue(name, out var property))
            {
                findings.Add(
                    new ProblemPointer(
                        place,
                        "unknown-member",
                        $"There is no member '{Shorten(name)}' here.{NearestName.Hint(name, known.Keys)}"
                    )
                );
            }
            else if (value is null)
            {
                if (!property.IsSetNullable)
                {
                    findings.Add(new ProblemPointer(place, "null", "null is not a value here."));
                }
            }
            else
            {
                var inner = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
                Check(value, RegistryJson.Options.GetTypeInfo(inner), place, findings);
            }
        }

        // A positional record's parameters are required although the serializer does not say so.
        var constructor = type.Type.GetConstructors().MaxBy(static c => c.GetParameters().Length)?.GetParameters() ?? [];
        foreach (var property in type.Properties)
        {
            var positional = constructor.Any(parameter =>
                !parameter.HasDefaultValue && string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase)
            );
            if ((property.IsRequired || positional) && !json.ContainsKey(property.Name))
            {
                findings.Add(new ProblemPointer(pointer + "/" + property.Name, "required", $"'{property.Name}' is required."));
            }
        }
    }

    private static void CheckValue(JsonNode? node, Type type, string pointer, List<ProblemPointer> findings)
    {
        if (node is null)
        {
            findings.Add(new ProblemPointer(pointer, "null", "null is not a value here."));
            return;
        }

        var inner = Nullable.GetUnderlyingType(type) ?? type;
        try
        {
            _ = node.Deserialize(inner, RegistryJson.Options);
        }
        catch (JsonException exception)
        {
            findings.Add(new ProblemPointer(pointer + ToPointer(exception.Path), "invalid", Expectation(inner)));
        }
    }

    private static string Expectation(Type type)
    {
        if (type.IsEnum)
        {
            return "One of these is expected: "
                + string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName))
                + ".";
        }

        return type.Name switch
        {
            nameof(DateOnly) => "A date such as 2026-12-31 is expected.",
            nameof(DateTimeOffset) => "A moment such as 2026-12-31T12:00:00Z is expected.",
            nameof(Int32) or nameof(Int64) => "A whole number is expected.",
            nameof(Boolean) => "true or false is expected.",
            nameof(String) => "A string is expected.",
            _ => "The value is not of the form this member has.",
        };
    }

    // System.Text.Json writes $.grants[0].types; a name with special characters is in ['…'].
    /// <summary>The serializer's path as a JSON pointer.</summary>
    public static string ToPointer(string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            return string.Empty;
        }

        var steps = path.TrimStart('$')
            .Replace("['", ".", StringComparison.Ordinal)
            .Replace("']", string.Empty, StringComparison.Ordinal)
            .Replace("[", ".", StringComparison.Ordinal)
            .Replace("]", string.Empty, StringComparison.Ordinal);
        return DocumentJson.Pointer(steps.Split('.', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "…";
}
