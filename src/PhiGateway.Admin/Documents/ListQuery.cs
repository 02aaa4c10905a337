using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Primitives;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Documents;

/// <summary>
/// Filters, order, fields and place of one list call; anything not understood is refused, since an ignored filter shows too much.
/// </summary>
internal sealed class ListQuery
{
    private readonly List<(string Member, string Operator, string Value, ListOrder Order)> _filters = [];
    private string? _sort;
    private ListOrder? _order;
    private bool _descending;
    private readonly Cursor? _cursor;
    private readonly int _limit;
    private HashSet<string>? _fields;

    private ListQuery(PageRequest page) => (_limit, _cursor) = (page.Limit, page.After);

    /// <summary>Members that can be filtered by equality; ranges add <c>.lt</c> and kin to their names, what is excluded <c>.ne</c>.</summary>
    public static IEnumerable<CallParameter> Filters(RegistryKind kind) =>
        RegistryJson
            .Options.GetTypeInfo(RegistryJson.TypeOf(kind))
            .Properties.Where(static property => property.Name != "hash" && IsSimple(property, "eq"))
            .Select(static property => new CallParameter(property.Name, "Only those with this value; empty: without one."));

    /// <summary>Reads the query string of a list call; its page was read before.</summary>
    public static Outcome<ListQuery> Read(RegistryKind kind, PageRequest page, IEnumerable<KeyValuePair<string, StringValues>> parameters)
    {
        var query = new ListQuery(page);
        var members = RegistryJson
            .Options.GetTypeInfo(RegistryJson.TypeOf(kind))
            .Properties.Where(static p => p.Name != "hash")
            .ToDictionary(static p => p.Name, StringComparer.Ordinal);
        foreach (var (name, values) in parameters)
        {
            if (values is not [{ } value])
            {
                return AdminProblem.BadParameter(name, "it stands twice.");
            }

            if (query.Add(name, value, members) is { } refused)
            {
                return refused;
            }
        }

        return query._cursor is { } cursor && (cursor.Sort is null) != (query._sort is null)
            ? AdminProblem.BadParameter("cursor", "it does not belong to this list.")
            : query;
    }

    public (IReadOnlyList<RegistryItem> Items, string? Next) Page(IEnumerable<RegistryItem> ordered)
    {
        var rows = ordered.Select(item => (Item: item, Json: StoredBody.WithoutNotes(item.Json))).Where(row => Matches(row.Json));
        if (_sort is not null)
        {
            var sorted = rows.Select(row => (row.Item, Key: Text(row.Json[_sort]) ?? string.Empty));
            var order = Comparer<(string Key, string Id)>.Create(
                (a, b) =>
                {
                    var byKey = _order!.Compare(a.Key, b.Key);
                    if (byKey == 0)
                    {
                        return string.CompareOrdinal(a.Id, b.Id);
                    }

                    return _descending ? -byKey : byKey;
                }
            );
            var all = sorted
                .Where(row => _cursor is null || order.Compare((row.Key, row.Item.Id), (_cursor.Sort ?? string.Empty, _cursor.Id)) > 0)
                .OrderBy(static row => (row.Key, row.Item.Id), order)
                .Take(_limit + 1)
                .ToList();
            return all.Count > _limit
                ? ([.. all.Take(_limit).Select(static row => row.Item)], new Cursor(all[_limit - 1].Key, all[_limit - 1].Item.Id).Encode())
                : ([.. all.Select(static row => row.Item)], null);
        }

        var page = rows.Select(static row => row.Item)
            .Where(item => _cursor is null || string.CompareOrdinal(item.Id, _cursor.Id) > 0)
            .Take(_limit + 1)
            .ToList();
        return page.Count > _limit ? (page[.._limit], new Cursor(null, page[_limit - 1].Id).Encode()) : (page, null);
    }

    public JsonObject Project(JsonObject json)
    {
        if (_fields is not null)
        {
            foreach (
                var name in json.Select(static pair => pair.Key)
                    .Where(name => name is not ("id" or DocumentDraft.Meta) && !_fields.Contains(name))
                    .ToList()
            )
            {
                json.Remove(name);
            }
        }

        return json;
    }

    private AdminProblem? AddFilter(string name, string value, Dictionary<string, JsonPropertyInfo> members)
    {
        var dot = name.LastIndexOf('.');
        var member = dot < 0 ? name : name[..dot];
        var @operator = dot < 0 ? "eq" : name[(dot + 1)..];
        if (!members.TryGetValue(member, out var property) || @operator is not ("eq" or "ne" or "lt" or "le" or "gt" or "ge"))
        {
            return AdminProblem.BadParameter(Shorten(name), "there is no such filter." + NearestName.Hint(member, members.Keys));
        }

        if (!IsSimple(property, @operator))
        {
            return AdminProblem.BadParameter(member, "only simple members can be filtered.");
        }

        var order = ListOrder.Of(property.PropertyType);
        if (value.Length > 0 && !order.CanRead(value))
        {
            return AdminProblem.BadParameter(Shorten(name), "its value cannot be read.");
        }

        _filters.Add((member, @operator, value, order));
        return null;
    }

    private static bool IsSimple(JsonPropertyInfo property, string @operator)
    {
        var kind = RegistryJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
        return kind.Kind == JsonTypeInfoKind.None
            || (kind.Kind == JsonTypeInfoKind.Enumerable && kind.ElementType == typeof(string) && @operator == "eq");
    }

    private AdminProblem? Add(string name, string value, Dictionary<string, JsonPropertyInfo> members)
    {
        switch (name)
        {
            case "sort" when value.Length > 0:
                _descending = value[0] == '-';
                _sort = value.TrimStart('-');
                _order = members.TryGetValue(_sort, out var sorted) ? ListOrder.Of(sorted.PropertyType) : null;
                return _order is not null
                    ? null
                    : AdminProblem.BadParameter("sort", "there is no such member." + NearestName.Hint(_sort, members.Keys));
            case "fields":
                _fields = [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
                return _fields.FirstOrDefault(field => !members.ContainsKey(field)) is { } field
                    ? AdminProblem.BadParameter("fields", $"there is no member '{Shorten(field)}'.{NearestName.Hint(field, members.Keys)}")
                    : null;
            case "sort" or "limit" or "cursor":
                return null;
            default:
                return AddFilter(name, value, members);
        }
    }

    private bool Matches(JsonObject json)
    {
        foreach (var (member, @operator, value, order) in _filters)
        {
            var node = json[member];
            if (node is JsonArray list)
            {
                if (!list.Any(entry => Text(entry) == value))
                {
                    return false;
                }

                continue;
            }

            // A member left out of the JSON because it is null matches nothing but the empty filter, and is no other value.
            if (Text(node) is not { } text)
            {
                if (value.Length == 0 ? @operator == "eq" : @operator == "ne")
                {
                    continue;
                }

                return false;
            }

            var comparison = order.Compare(text, value);
            if (
                !(
                    @operator switch
                    {
                        "eq" => comparison == 0,
                        "ne" => comparison != 0,
                        "lt" => comparison < 0,
                        "le" => comparison <= 0,
                        "gt" => comparison > 0,
                        _ => comparison >= 0,
                    }
                )
            )
            {
                return false;
            }
        }

        return true;
    }

    private static string? Text(JsonNode? node) =>
        node switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            _ => node.ToJsonString(),
        };

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "…";
}
