using System.Collections.Frozen;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar;

/// <summary>
/// Finds the modelled operations of R4 by name: where each may be called and with which parameters. Asked by the reader of operations.
/// </summary>
internal static class OperationCatalog
{
    private static readonly FrozenDictionary<string, OperationDefinition[]> ByName = Load();

    /// <summary>Finds the operation for a type and level; false for everything that is not modelled there.</summary>
    internal static bool TryFind(
        string name,
        ResourceType type,
        bool isInstance,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out OperationDefinition? operation
    )
    {
        operation = null;
        foreach (var candidate in ByName.GetValueOrDefault(name, []))
        {
            var atLevel = isInstance ? candidate.AtInstance : candidate.AtType;
            if (type.IsNone ? candidate.AtSystem : candidate.Types.Contains(type) && atLevel)
            {
                operation = candidate;
            }
        }

        return operation is not null;
    }

    private static FrozenDictionary<string, OperationDefinition[]> Load()
    {
        using var definitions = EmbeddedJson.Read("operations.json");
        using var rules = EmbeddedJson.Read("operation_rules.json");
        var tables = new Dictionary<string, OperationDefinition[]>(StringComparer.Ordinal);
        foreach (var rule in rules.RootElement.GetProperty("operations").EnumerateObject())
        {
            var rows = definitions.RootElement.GetProperty(rule.Name);
            var read = new OperationDefinition[rows.GetArrayLength()];
            for (var i = 0; i < read.Length; i++)
            {
                read[i] = ReadOne(rows[i], rule.Value);
            }

            tables.Add(rule.Name, read);
        }

        return tables.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static OperationDefinition ReadOne(System.Text.Json.JsonElement row, System.Text.Json.JsonElement rule)
    {
        var names = EmbeddedJson.Strings(row.GetProperty("types"));
        var types = names is ["Resource"] ? ResourceTypeSet.All : ResourceTypeSet.Of(names.Select(ResourceType.Parse));
        var returns = Enum.Parse<OperationResult>(rule.GetProperty("returns").GetString()!, ignoreCase: true);
        return new OperationDefinition(
            types,
            row.GetProperty("system").GetBoolean(),
            row.GetProperty("type").GetBoolean(),
            row.GetProperty("instance").GetBoolean(),
            rule.GetProperty("get").GetBoolean(),
            returns,
            row.GetProperty("in")
                .EnumerateObject()
                .ToFrozenDictionary(input => input.Name, input => input.Value.GetString()!, StringComparer.Ordinal)
        )
        {
            Writes = returns == OperationResult.Submission,
            IsComputed = rule.TryGetProperty("computed", out var computed) && computed.GetBoolean(),
            Only = rule.TryGetProperty("only", out var only)
                ? only.EnumerateObject().ToFrozenDictionary(input => input.Name, input => input.Value.GetString()!, StringComparer.Ordinal)
                : FrozenDictionary<string, string>.Empty,
            AlwaysUses = rule.TryGetProperty("uses", out var always) ? EmbeddedJson.Strings(always) : [],
            InputUses = rule.TryGetProperty("filters", out var filters)
                ? filters
                    .EnumerateObject()
                    .ToFrozenDictionary(input => input.Name, input => EmbeddedJson.Strings(input.Value), StringComparer.Ordinal)
                : FrozenDictionary<string, string[]>.Empty,
        };
    }
}
