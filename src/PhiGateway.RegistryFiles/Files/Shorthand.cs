using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.RegistryFiles.Files;

/// <summary>Makes the shorthand of registry files plain: nested credentials, <c>reviewEvery: 90d</c>, limits such as <c>20/s</c>.</summary>
internal static class Shorthand
{
    private static readonly (string Short, string Plain, string Unit)[] Limits =
    [
        ("requests", "requestsPerSecond", "/s"),
        ("distinctPatients", "distinctPatientsPerHour", "/h"),
        ("dailyPatients", "distinctPatientsPerDay", "/d"),
        ("monthlyPatients", "distinctPatientsPer30Days", "/30d"),
        ("records", "recordsPerDay", "/d"),
        ("bytes", "bytesPerDay", "/d"),
        ("exports", "exportsPerDay", "/d"),
        ("writes", "writesPerDay", "/d"),
        ("breakGlass", "breakGlassPerDay", "/d"),
    ];

    /// <summary>The document and those nested in it.</summary>
    public static IEnumerable<FileDocument> Expand(RegistryKind kind, JsonObject json, string pointer, List<ProblemPointer> findings)
    {
        var documents = new List<FileDocument> { new(kind, json, pointer) };
        if (kind == RegistryKind.UseCase && json.ContainsKey("reviewEvery"))
        {
            ReviewEvery(json, pointer, findings);
        }

        if (kind is RegistryKind.Client or RegistryKind.UseCase or RegistryKind.Organization && json["limits"] is JsonObject limits)
        {
            PlainLimits(limits, pointer + "/limits", findings);
        }

        if (kind == RegistryKind.Client && json.ContainsKey("credentials"))
        {
            documents.AddRange(Nested(json, pointer, findings));
        }

        return documents;
    }

    /// <summary>In YAML an unquoted number where text belongs was meant as text.</summary>
    public static void NumbersToText(JsonNode? node, Type type)
    {
        var info = RegistryJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        if (node is JsonObject json && info.Kind is JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary)
        {
            foreach (var name in ((JsonObject)node).Select(static pair => pair.Key).ToList())
            {
                var inner =
                    info.Kind == JsonTypeInfoKind.Dictionary
                        ? info.ElementType!
                        : info.Properties.FirstOrDefault(property => property.Name == name)?.PropertyType;
                if (inner is not null && Text(((JsonObject)node)[name], inner) is { } text)
                {
                    ((JsonObject)node)[name] = text;
                }
                else if (inner is not null)
                {
                    NumbersToText(((JsonObject)node)[name], inner);
                }
            }
        }
        else if (node is JsonArray array && info is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element })
        {
            for (var i = 0; i < array.Count; i++)
            {
                if (Text(array[i], element) is { } text)
                {
                    array[i] = text;
                }
                else
                {
                    NumbersToText(array[i], element);
                }
            }
        }
    }

    private static string? Text(JsonNode? node, Type type) =>
        type == typeof(string)
        && node is JsonValue value
        && value.GetValueKind() is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            ? node.ToJsonString()
            : null;

    private static void ReviewEvery(JsonObject json, string pointer, List<ProblemPointer> findings)
    {
        var text = (json["reviewEvery"] as JsonValue)?.ToString() ?? string.Empty;
        if (
            json.ContainsKey("reviewEveryDays")
            || !text.EndsWith('d')
            || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var days)
        )
        {
            findings.Add(
                new ProblemPointer(pointer + "/reviewEvery", "invalid", "Days such as 90d are expected, and not beside reviewEveryDays.")
            );
            return;
        }

        json.Remove("reviewEvery");
        json["reviewEveryDays"] = days;
    }

    private static void PlainLimits(JsonObject limits, string pointer, List<ProblemPointer> findings)
    {
        foreach (var (word, plain, unit) in Limits)
        {
            if (!limits.ContainsKey(word))
            {
                continue;
            }

            var text = (limits[word] as JsonValue)?.ToString() ?? string.Empty;
            if (
                limits.ContainsKey(plain)
                || !text.EndsWith(unit, StringComparison.Ordinal)
                || !long.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            )
            {
                findings.Add(
                    new ProblemPointer(
                        $"{pointer}/{word}",
                        "invalid",
                        $"A number with its unit such as 20{unit} is expected, and not beside {plain}."
                    )
                );
                continue;
            }

            limits.Remove(word);
            limits[plain] = number;
        }
    }

    private static List<FileDocument> Nested(JsonObject client, string pointer, List<ProblemPointer> findings)
    {
        var nested = new List<FileDocument>();
        var node = client["credentials"];
        client.Remove("credentials");
        if (node is not JsonArray list)
        {
            findings.Add(new ProblemPointer(pointer + "/credentials", "wrong-type", "A list is expected here."));
            return nested;
        }

        for (var i = 0; i < list.Count; i++)
        {
            var place = $"{pointer}/credentials/{i.ToString(CultureInfo.InvariantCulture)}";
            if (list[i] is not JsonObject entry || entry.ContainsKey("client"))
            {
                findings.Add(
                    new ProblemPointer(place, "invalid", "An object without 'client' is expected: it belongs to the client around it.")
                );
                continue;
            }

            var credential = (JsonObject)entry.DeepClone();
            credential["client"] = client["id"]?.DeepClone();
            nested.Add(new FileDocument(RegistryKind.Credential, credential, place));
        }

        return nested;
    }
}
