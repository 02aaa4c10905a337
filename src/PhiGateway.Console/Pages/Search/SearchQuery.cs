using Microsoft.AspNetCore.WebUtilities;
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

    /// <summary>Stands in the address that leads to counts which were begun: they are not counted anew.</summary>
    public const string Counted = "counted";

    // What stands in a record and in no index: searched and exported by, and not counted; but for the event not followed either.
    private static readonly string[] OfTheBody = ["event", "token", "peer", "task", "agreement", "through"];

    // All that a search can be narrowed by without a patient: whatever stands in the address goes along to every neighbour.
    private static readonly string[] Names =
    [
        "from",
        "to",
        "client",
        "tenant",
        "decision",
        "reason",
        "kind",
        "actor",
        "organization",
        "use_case",
        "type",
        "interaction",
        "purpose",
        "id",
        .. OfTheBody,
    ];

    // Of the page and not of the search.
    private static readonly string[] OfThePage = ["format", "limit", "again", Counted];
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly Dictionary<string, string> _values;
    private readonly SealedWords? _typed;
    private readonly DateTimeOffset _now;

    private SearchQuery(Dictionary<string, string> values, SealedWords? typed, DateTimeOffset now) =>
        (_values, _typed, _now) = (values, typed, now);

    /// <summary>Whether words are among the filters that no name fits: they stand sealed in the address, and the search cannot be kept.</summary>
    public bool IsSealed => _typed is { Typed.Count: > 0 };

    /// <summary>Whether the last day is taken because no time is named.</summary>
    public bool IsDefault => !_values.ContainsKey("from") && !_values.ContainsKey("to") && !_values.ContainsKey("id");

    /// <summary>Whether there is more than one record to count.</summary>
    public bool CanCount => !_values.ContainsKey("id") && !OfTheBody.Any(_values.ContainsKey);

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
            Value("actor"),
            Value("organization"),
            Value("use_case"),
            Value("type"),
            Value("interaction"),
            Value("purpose"),
            Value("id"),
            Value("token"),
            Value("peer"),
            Value("task"),
            Value("agreement"),
            Value("through"),
            Value("event")
        );

    /// <summary>The filters that are set, by name.</summary>
    public IEnumerable<KeyValuePair<string, string>> Chosen => _values.Where(static one => Names.Contains(one.Key));

    /// <summary>Reads the address; what is left empty in the form is as if it were absent.</summary>
    public static SearchQuery Read(ConsoleRequest request, DateTimeOffset now) => Read(request.Query, request.Words, now);

    /// <summary>Reads a query as it is kept.</summary>
    public static SearchQuery Read(string query, DateTimeOffset now) => Read(QueryHelpers.ParseQuery(query), null, now);

    private static SearchQuery Read(IEnumerable<KeyValuePair<string, StringValues>> asked, SealedWords? typed, DateTimeOffset now)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, given) in asked)
        {
            if (!OfThePage.Contains(name) && given.ToString().Trim() is { Length: > 0 } text)
            {
                values[name] = text;
            }
        }

        return new SearchQuery(values, typed, now);
    }

    /// <summary>The same without one of its parameters.</summary>
    public SearchQuery Without(string name) =>
        new(_values.Where(one => one.Key != name).ToDictionary(StringComparer.Ordinal), _typed, _now);

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

        // To the minute: whoever asks again while it is being counted asks for the same.
        return IsDefault ? query with { From = _now - Day - TimeSpan.FromTicks(_now.UtcTicks % TimeSpan.TicksPerMinute) } : query;
    }

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

        return _typed is { } typed ? typed.Link(path, [.. all]) : Links.With(path, [.. all]);
    }

    /// <summary>One filter; null: not set.</summary>
    public string? Value(string name) => _values.GetValueOrDefault(name);
}
