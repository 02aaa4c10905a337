using Microsoft.Extensions.Primitives;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Search;

/// <summary>The filters of a search in its address: what was filled in, the search that it is, and the addresses of its neighbours.</summary>
internal sealed class SearchQuery
{
    /// <summary>Path of the screen.</summary>
    public const string Path = "/console/audit";

    private static readonly string[] Names = ["from", "to", "client", "tenant", "decision", "reason", "kind", "actor"];
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly Dictionary<string, string> _values;
    private readonly DateTimeOffset _now;

    private SearchQuery(Dictionary<string, string> values, DateTimeOffset now) => (_values, _now) = (values, now);

    /// <summary>Whether the last day is taken because no time is named.</summary>
    public bool IsDefault => !_values.ContainsKey("from") && !_values.ContainsKey("to");

    /// <summary>Whether the filters are those of requests, which can be counted.</summary>
    public bool CanCount => !_values.ContainsKey("kind") && !_values.ContainsKey("actor");

    /// <summary>The filters as they were filled in.</summary>
    public SearchFilters Filters =>
        new(
            Value("from"),
            Value("to"),
            Value("client"),
            Value("tenant"),
            Value("decision"),
            Value("reason"),
            Value("kind"),
            Value("actor")
        );

    /// <summary>The filters that are set, by name.</summary>
    public IEnumerable<KeyValuePair<string, string>> Chosen => _values.Where(static one => Names.Contains(one.Key));

    /// <summary>Reads the address; what is left empty in the form is as if it were absent.</summary>
    public static SearchQuery Read(ConsoleRequest request, DateTimeOffset now)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, given) in request.Query)
        {
            if (name != "format" && given.ToString().Trim() is { Length: > 0 } text)
            {
                values[name] = text;
            }
        }

        return new SearchQuery(values, now);
    }

    /// <summary>The same without one of its parameters.</summary>
    public SearchQuery Without(string name) => new(_values.Where(one => one.Key != name).ToDictionary(StringComparer.Ordinal), _now);

    /// <summary>The search, or what of it cannot be read.</summary>
    public Outcome<TrailQuery> ToTrail()
    {
        var read = TrailQueryReader.Read(
            _values.Select(static pair => KeyValuePair.Create(pair.Key, new StringValues(pair.Value))),
            default
        );
        if (read.Failed(out var problem, out var query))
        {
            return problem;
        }

        return IsDefault ? query with { From = _now - Day } : query;
    }

    /// <summary>The count that belongs to a search.</summary>
    public TrafficQuery ToTraffic(TrailQuery query) =>
        new(
            query.From ?? (query.To ?? _now) - TimeSpan.FromDays(90),
            query.To ?? _now.AddMinutes(1),
            null,
            "decision,reason,client",
            query.Client,
            query.Tenant,
            query.Decision,
            query.Reason,
            2000
        );

    /// <summary>The same search from another place.</summary>
    public string At(string path, params ReadOnlySpan<(string Name, string? Value)> changed)
    {
        var all = new List<(string, string?)>();
        foreach (var name in Names)
        {
            var value = Value(name);
            foreach (var (other, text) in changed)
            {
                if (other == name)
                {
                    value = text;
                }
            }

            all.Add((name, value));
        }

        foreach (var (name, value) in changed)
        {
            if (!Names.Contains(name))
            {
                all.Add((name, value));
            }
        }

        return Links.With(path, [.. all]);
    }

    /// <summary>One filter; null: not set.</summary>
    public string? Value(string name) => _values.GetValueOrDefault(name);
}
