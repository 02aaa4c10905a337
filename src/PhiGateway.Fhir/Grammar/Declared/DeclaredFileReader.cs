using System.Globalization;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar.Declared;

/// <summary>
/// Reads files of <c>SearchParameter</c> and <c>OperationDefinition</c> resources: one resource, a Bundle of them, or one per line; adds a
/// problem for everything that is not exactly right.
/// </summary>
internal sealed class DeclaredFileReader(List<DeclaredProblem> problems)
{
    private const int MaxDepth = 64;

    private readonly Dictionary<ResourceType, Dictionary<string, SearchParameterDefinition>> _found = [];
    private readonly Dictionary<string, List<OperationDefinition>> _operations = new(StringComparer.Ordinal);

    /// <summary>What was good so far.</summary>
    internal IReadOnlyDictionary<ResourceType, Dictionary<string, SearchParameterDefinition>> Found => _found;

    /// <summary>Operations that were good so far, by their names.</summary>
    internal IReadOnlyDictionary<string, List<OperationDefinition>> Operations => _operations;

    internal void Read(DeclaredFile file)
    {
        if (!file.Name.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase))
        {
            ReadOne(file, file.Content, string.Empty);
            return;
        }

        var rest = file.Content;
        for (var line = 1; !rest.IsEmpty; line++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var text = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (text.Span.IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                ReadOne(file, text, string.Create(CultureInfo.InvariantCulture, $"line {line} "));
            }
        }
    }

    private void AddOperation(DeclaredFile file, JsonElement resource, string pointer)
    {
        var reader = new OperationDefinitionReader(
            resource,
            (at, message) => problems.Add(new DeclaredProblem(file.Name, pointer + at, message))
        );
        if (reader.Read() is not var (name, definition))
        {
            return;
        }

        if (!_operations.TryGetValue(name, out var known))
        {
            _operations.Add(name, known = []);
        }

        if (known.Exists(other => !other.Types.Intersect(definition.Types).IsEmpty))
        {
            problems.Add(new DeclaredProblem(file.Name, $"{pointer}/code", $"is declared twice for one type: {name}."));
        }

        known.Add(definition);
    }

    private void ReadOne(DeclaredFile file, ReadOnlyMemory<byte> json, string place)
    {
        // A byte order mark is a habit of some editors and no part of the text.
        json = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
        if (!StrictJson.TryParse(json, MaxDepth, out var document))
        {
            problems.Add(new DeclaredProblem(file.Name, place, "is not JSON that reads in one way: UTF-8, no comments, no member twice."));
            return;
        }

        using (document)
        {
            var root = document.RootElement;
            if (StrictJson.Text(root, "resourceType") != "Bundle")
            {
                Add(file, root, place);
                return;
            }

            if (!root.TryGetProperty("entry", out var entries) || entries.ValueKind != JsonValueKind.Array)
            {
                problems.Add(
                    new DeclaredProblem(
                        file.Name,
                        $"{place}/entry",
                        "is required: a Bundle of SearchParameter or OperationDefinition resources."
                    )
                );
                return;
            }

            for (var i = 0; i < entries.GetArrayLength(); i++)
            {
                var pointer = string.Create(CultureInfo.InvariantCulture, $"{place}/entry/{i}/resource");
                if (entries[i].ValueKind == JsonValueKind.Object && entries[i].TryGetProperty("resource", out var resource))
                {
                    Add(file, resource, pointer);
                }
                else
                {
                    problems.Add(
                        new DeclaredProblem(file.Name, pointer, "is required: a SearchParameter or OperationDefinition resource.")
                    );
                }
            }
        }
    }

    private void Add(DeclaredFile file, JsonElement resource, string pointer)
    {
        if (StrictJson.Text(resource, "resourceType") == "OperationDefinition")
        {
            AddOperation(file, resource, pointer);
            return;
        }

        var reader = new SearchParameterReader(
            resource,
            (at, message) => problems.Add(new DeclaredProblem(file.Name, pointer + at, message))
        );
        foreach (var (type, definition) in reader.Read())
        {
            if (!_found.TryGetValue(type, out var known))
            {
                _found.Add(type, known = new Dictionary<string, SearchParameterDefinition>(StringComparer.Ordinal));
            }

            if (!known.TryAdd(definition.Name, definition))
            {
                problems.Add(new DeclaredProblem(file.Name, $"{pointer}/code", $"is declared twice for {type.Name}: {definition.Name}."));
            }
        }
    }
}
