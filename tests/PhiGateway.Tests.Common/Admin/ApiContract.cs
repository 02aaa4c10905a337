using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>
/// The published OpenAPI document, held against every answer that any test of the admin API gets: what is not in the document fails the
/// test that met it.
/// </summary>
internal sealed class ApiContract
{
    [ThreadStatic]
    private static bool _partial;

    private readonly JsonObject _document;
    private readonly List<(Regex Path, JsonObject Item)> _paths = [];

    public ApiContract(JsonNode document)
    {
        _document = (JsonObject)document;
        foreach (
            var (path, item) in _document["paths"]!
                .AsObject()
                .OrderByDescending(pair => Regex.Replace(pair.Key, @"\{\w+\}", string.Empty).Length)
        )
        {
            var pattern = string.Join("[^/]+", Regex.Split(path, @"\{\w+\}").Select(Regex.Escape));
            _paths.Add((new Regex($"^{pattern}$"), (JsonObject)item!));
        }
    }

    /// <summary>What of a value does not keep to a schema of the document; null: all does.</summary>
    public string? FaultOf(JsonNode value, string schema) => Fault(value, _document["components"]!["schemas"]![schema]!, "$");

    /// <summary>Checks one answer; calls to paths that do not exist are none of the document's business.</summary>
    public void Check(string method, string path, AdminAnswer answer)
    {
        if (
            _paths.FirstOrDefault(known => known.Path.IsMatch(path.Split('?')[0])).Item is not { } item
            || item[method.ToLowerInvariant()] is not JsonObject operation
            || answer.Status == 304
        )
        {
            return;
        }

        var responses = operation["responses"]!.AsObject();
        var response = responses[$"{answer.Status}"] ?? (answer.Status >= 400 ? responses["default"] : null);
        Assert.True(response is not null, $"{method} {path} answers {answer.Status}, which the document does not name");
        if (answer.Text.Length == 0)
        {
            // No lines at all are lines, too.
            var isLines = response["content"]?["application/x-ndjson"] is not null;
            Assert.True(
                isLines || response["content"] is null,
                $"{method} {path} answers {answer.Status} without the content of the document"
            );
            return;
        }

        var type = answer.ContentType.Split(';')[0];
        var content = response["content"] as JsonObject;
        Assert.True(
            content?[type] is not null || type == "application/json" && content?["application/yaml"] is not null,
            $"{method} {path} answers {answer.Status} as {type}, which the document does not name"
        );
        if (type is "application/json" or "application/problem+json" && content[type]?["schema"] is { } schema)
        {
            // A list that names fields has fewer members: the others may be missing, none may be unknown.
            _partial = path.Contains("fields=", StringComparison.Ordinal);
            Assert.Equal(
                string.Empty,
                Fault(answer.Json, schema, "$") is { } fault ? $"{method} {path} {answer.Status}: {fault}" : string.Empty
            );
        }
    }

    // The part of JSON Schema that the document uses; null when the value keeps to it. A member that no schema names is a fault.
    private string? Fault(JsonNode? value, JsonNode schema, string at)
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            return Fault(
                value,
                _document["components"]!["schemas"]![reference["#/components/schemas/".Length..]]
                    ?? throw new InvalidDataException(reference),
                at
            );
        }

        foreach (var word in new[] { "anyOf", "oneOf" })
        {
            if (schema[word] is JsonArray choices)
            {
                var faults = choices.Select(choice => Fault(value, choice!, at)).ToList();
                return faults.Contains(null) ? null : string.Join(" or ", faults);
            }
        }

        if (schema["type"] is { } type && !(type is JsonArray several ? several : [type.DeepClone()]).Any(one => IsOf(value, (string)one!)))
        {
            return $"{at} is not {type.ToJsonString()}";
        }

        if (schema["enum"] is JsonArray values && !values.Any(one => JsonNode.DeepEquals(one, value)))
        {
            return $"{at} is none of {values.ToJsonString()}";
        }

        return value switch
        {
            JsonObject json => Fault(json, schema, at),
            JsonArray array when schema["items"] is { } items => array
                .Select((entry, place) => Fault(entry, items, $"{at}[{place}]"))
                .FirstOrDefault(fault => fault is not null),
            _ => null,
        };
    }

    private string? Fault(JsonObject json, JsonNode schema, string at)
    {
        if (schema["type"] is null && schema["properties"] is null)
        {
            return null;
        }

        foreach (var name in schema["required"]?.AsArray() ?? [])
        {
            if (!_partial && !json.ContainsKey((string)name!))
            {
                return $"{at} lacks {name}";
            }
        }

        foreach (var (name, value) in json)
        {
            var known = schema["properties"]?[name] ?? schema["additionalProperties"];
            if (known is null)
            {
                return $"{at} has {name}, which no schema names";
            }

            if (known is JsonObject inner && Fault(value, inner, $"{at}.{name}") is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static bool IsOf(JsonNode? value, string type) =>
        (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
        {

            ("null", JsonValueKind.Null)
            or
            ("string", JsonValueKind.String)
            or
            ("object", JsonValueKind.Object)
            or
            ("array", JsonValueKind.Array)
            or ("number", JsonValueKind.Number) => true,
            ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
            ("integer", JsonValueKind.Number) => value!.AsValue().TryGetValue<long>(out _),
            _ => false,
        };
}
