using System.Collections.Frozen;
using System.Text.Json;
using PhiGateway.Fhir.Compartments;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar;

/// <summary>
/// Finds the search parameters of R4 by concrete type and name; read once from HL7's definitions. Asked wherever a search is read.
/// </summary>
public static class SearchGrammar
{
    private static readonly FrozenDictionary<string, SearchParameterDefinition>[] ByType = Load();

    /// <summary>The parameters of a type; none for no type at all.</summary>
    public static IReadOnlyDictionary<string, SearchParameterDefinition> Of(ResourceType type) => ByType[type.Index];

    /// <summary>The parameter of a type by its exact name; false when the type has none of that name.</summary>
    public static bool TryFind(
        ResourceType type,
        string name,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SearchParameterDefinition? parameter
    ) => ByType[type.Index].TryGetValue(name, out parameter);

    private static FrozenDictionary<string, SearchParameterDefinition>[] Load()
    {
        using var document = EmbeddedJson.Read("search_parameters.json");
        var tables = new FrozenDictionary<string, SearchParameterDefinition>[ResourceType.IndexCount];
        Array.Fill(tables, FrozenDictionary<string, SearchParameterDefinition>.Empty);
        foreach (var typed in document.RootElement.EnumerateObject())
        {
            var type = ResourceType.Parse(typed.Name);
            var read = new Dictionary<string, SearchParameterDefinition>(StringComparer.Ordinal);
            foreach (var entry in typed.Value.EnumerateObject())
            {
                read.Add(entry.Name, ReadOne(type, entry.Name, entry.Value, typed.Value));
            }

            tables[type.Index] = read.ToFrozenDictionary(StringComparer.Ordinal);
        }

        return tables;
    }

    private static SearchParameterDefinition ReadOne(ResourceType type, string name, JsonElement entry, JsonElement siblings)
    {
        var paths = EmbeddedJson.Strings(entry.GetProperty("paths"));
        var kind = Enum.Parse<SearchParameterKind>(entry.GetProperty("type").GetString()!, ignoreCase: true);
        var elements = new HashSet<string>(StringComparer.Ordinal);
        AddElements(elements, entry, siblings);
        var targets = default(ResourceTypeSet);
        foreach (var target in EmbeddedJson.Strings(entry.GetProperty("targets")))
        {
            targets = target == "Resource" ? ResourceTypeSet.All : targets.With(ResourceType.Parse(target));
        }

        var isOwner =
            kind == SearchParameterKind.Reference && targets.Contains(ResourceType.Patient) && PatientOwnership.AreOwners(type, paths);
        return new SearchParameterDefinition(name, kind, paths, [.. elements], targets, isOwner)
        {
            IsSingle = entry.TryGetProperty("single", out _),
        };
    }

    private static void AddElements(HashSet<string> elements, JsonElement entry, JsonElement siblings)
    {
        foreach (var path in EmbeddedJson.Strings(entry.GetProperty("paths")))
        {
            elements.Add(path.Split('.')[0]);
        }

        if (entry.TryGetProperty("elements", out var named))
        {
            elements.UnionWith(EmbeddedJson.Strings(named));
        }

        if (!entry.TryGetProperty("components", out var components))
        {
            return;
        }

        foreach (var component in EmbeddedJson.Strings(components))
        {
            if (siblings.TryGetProperty(component, out var sibling))
            {
                AddElements(elements, sibling, siblings);
            }
        }
    }
}
