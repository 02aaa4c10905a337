using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Configuration;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.AuthZen;

/// <summary>
/// Says what the words of who asks mean here, by the operator's table: types of subjects and resources, names of actions, records that are
/// known by name. A word that stands nowhere means nothing.
/// </summary>
internal sealed class AskedWords
{
    private static readonly string[] Native = ["read", "vread", "search", "history", "create", "update", "patch", "delete"];

    private readonly AuthZenOptions _options;
    private readonly Dictionary<(ResourceType Type, string Id), AuthZenRecord> _records = [];

    public AskedWords(AdminOptions options)
    {
        _options = options.AuthZen;
        foreach (var record in _options.Records)
        {
            if (ResourceOf(record.Type) is { } type)
            {
                _records.TryAdd((type, record.Id), record);
            }
        }
    }

    /// <summary>Whether a type of subjects stands for registered clients.</summary>
    public bool IsClient(string type) => type == "client" || _options.Subjects.Contains(type, StringComparer.Ordinal);

    /// <summary>The FHIR type; null: none.</summary>
    public ResourceType? ResourceOf(string type)
    {
        var name = _options.Resources.TryGetValue(type, out var means) ? means : type;
        return ResourceType.TryParse(name, out var known) ? known : null;
    }

    /// <summary>The word of grants that an action means; null: none.</summary>
    public string? ActionOf(AskedAction action)
    {
        foreach (var known in _options.Actions)
        {
            if (known.Name == action.Name && (known.Property is null || TextOf(action.Properties[known.Property]) == known.Value))
            {
                return Native.Contains(known.Means) ? known.Means : null;
            }
        }

        return Native.Contains(action.Name) ? action.Name : null;
    }

    /// <summary>Every name of an action, in its order, for searches of actions.</summary>
    public IReadOnlyList<string> Actions() =>
        [
            .. Native
                .Concat(_options.Actions.Select(static action => action.Name))
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Ids of the records of a type that are known by name, in order, behind an id.</summary>
    public IEnumerable<string> RecordsAfter(ResourceType type, string? after) =>
        _records
            .Keys.Where(key => key.Type == type && string.CompareOrdinal(key.Id, after) > 0)
            .Select(static key => key.Id)
            .Order(StringComparer.Ordinal);

    /// <summary>What is known of a record: what the question says, and beside it what the table says.</summary>
    public JsonObject Complete(ResourceType type, string id, JsonObject told)
    {
        if (!_records.TryGetValue((type, id), out var record))
        {
            return told;
        }

        var all = (JsonObject)told.DeepClone();
        foreach (var (name, value) in record.Properties)
        {
            if (!all.ContainsKey(name))
            {
                all[name] = new JsonArray([
                    .. value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static one => JsonValue.Create(one)),
                ]);
            }
        }

        return all;
    }

    private static string? TextOf(JsonNode? node) =>
        node?.GetValueKind() switch
        {
            JsonValueKind.String => node.GetValue<string>(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
}
