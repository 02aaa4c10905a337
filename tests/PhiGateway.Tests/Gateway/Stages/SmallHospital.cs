using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>
/// A FHIR server without a socket over a handful of records, which leaves all selecting to the gateway: a search finds whatever is of its
/// type unless ids are listed, and includes whatever stands in a reference.
/// </summary>
internal sealed class SmallHospital(IReadOnlyList<JsonObject> records)
{
    private const string Base = "http://fhir.example/r4";

    private readonly List<List<JsonObject>> _pages = [];

    internal UpstreamReply Answer(UpstreamCall call)
    {
        var (status, body) = Serve(call.Method, call.PathAndQuery, call.Body.IsEmpty ? null : Encoding.UTF8.GetString(call.Body.Span));
        var version = body["meta"]?["versionId"];
        return RecordingUpstream.Reply(
            status,
            body.ToJsonString(),
            KnownMediaTypes.FhirJson,
            response =>
            {
                if (version is not null)
                {
                    response.Headers.TryAddWithoutValidation("ETag", $"W/\"{version}\"");
                }
            }
        );
    }

    private (int Status, JsonNode Body) Serve(string method, string target, string? body)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = (mark < 0 ? target : target[..mark]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var query = mark < 0 ? string.Empty : target[(mark + 1)..];
        return (method, path) switch
        {
            ("POST", []) => (200, Batch(JsonNode.Parse(body!)!)),
            ("POST", [var type, "_search"]) => (200, Search(type, Parameters(query + "&" + body))),
            ("GET", ["pages", var page]) => (200, Page(int.Parse(page, CultureInfo.InvariantCulture))),
            ("GET", ["Patient", _, "$everything"]) => (200, SearchSet([.. records.Select(static one => Entry(one, "match"))], 4)),
            ("GET", [_, _, "_history"]) => (200, History(records.Where(one => Is(one, path[0], path[1])))),
            ("GET", [var type, "_history"]) => (200, History(records.Where(one => Is(one, type)))),
            ("GET", ["_history"]) => (200, History(records)),
            ("GET", [var type, var id, ..]) => Read(type, id),
            ("GET", [var type]) => (200, Search(type, Parameters(query))),
            _ => (404, Outcome("not-found")),
        };
    }

    private (int Status, JsonNode Body) Read(string type, string id) =>
        records.FirstOrDefault(one => Is(one, type, id)) is { } found ? (200, found.DeepClone()) : (404, Outcome("not-found"));

    private JsonObject Search(string type, List<(string Name, string Value)> parameters)
    {
        var ids = parameters.Where(static one => one.Name == "_id").SelectMany(static one => one.Value.Split(',')).ToHashSet();
        var found = records.Where(one => Is(one, type) && (ids.Count == 0 || ids.Contains((string)one["id"]!))).ToList();
        if (parameters.Exists(static one => one is ("_summary", "count") or ("_count", "0")))
        {
            return new JsonObject
            {
                ["resourceType"] = "Bundle",
                ["type"] = "searchset",
                ["total"] = found.Count,
            };
        }

        var entries = found.Select(static one => Entry(one, "match")).ToList();
        if (parameters.Exists(static one => one.Name is "_include" or "_include:iterate"))
        {
            var named = found.SelectMany(static one => References(one)).ToHashSet();
            entries.AddRange(
                records.Where(one => named.Contains(AddressOf(one)) && !found.Contains(one)).Select(static one => Entry(one, "include"))
            );
        }

        if (parameters.Exists(static one => one.Name is "_revinclude" or "_revinclude:iterate"))
        {
            var shown = found.Select(AddressOf).ToHashSet();
            var naming = records.Where(one => !found.Contains(one) && References(one).Any(shown.Contains));
            entries.AddRange(naming.Select(static one => Entry(one, "include")));
        }

        var count = parameters.Where(static one => one.Name == "_count").Select(static one => one.Value).FirstOrDefault("50");
        return SearchSet(entries, Math.Max(1, int.Parse(count, CultureInfo.InvariantCulture)));
    }

    private JsonObject SearchSet(List<JsonObject> entries, int count)
    {
        var first = _pages.Count;
        _pages.AddRange(entries.Chunk(count).Select(static page => page.ToList()));
        if (entries.Count == 0)
        {
            _pages.Add([]);
        }

        var page = Page(first, _pages.Count);
        page["total"] = entries.Count;
        return page;
    }

    private JsonObject Page(int number, int? end = null)
    {
        var links = new JsonArray(new JsonObject { ["relation"] = "self", ["url"] = $"{Base}/pages/{number}" });
        var last = end ?? _pages.Count;
        if (number + 1 < last)
        {
            links.Add(new JsonObject { ["relation"] = "next", ["url"] = $"{Base}/pages/{number + 1}" });
        }

        return new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "searchset",
            ["link"] = links,
            ["entry"] = new JsonArray([.. _pages[number].Select(static entry => entry.DeepClone())]),
        };
    }

    private static JsonObject History(IEnumerable<JsonObject> found)
    {
        var entries = found.Select(static one =>
        {
            var entry = Entry(one, null);
            entry["request"] = new JsonObject { ["method"] = "PUT", ["url"] = AddressOf(one) };
            entry["response"] = new JsonObject { ["status"] = "200", ["etag"] = $"W/\"{one["meta"]!["versionId"]}\"" };
            return (JsonNode)entry;
        });
        return new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "history",
            ["entry"] = new JsonArray([.. entries]),
        };
    }

    private JsonObject Batch(JsonNode asked)
    {
        var entries = new JsonArray();
        foreach (var entry in asked["entry"]!.AsArray())
        {
            var (status, body) = Serve((string)entry!["request"]!["method"]!, "/" + (string)entry["request"]!["url"]!, null);
            entries.Add(
                new JsonObject
                {
                    ["resource"] = status == 200 ? body : null,
                    ["response"] = new JsonObject { ["status"] = status.ToString(CultureInfo.InvariantCulture) },
                }
            );
        }

        foreach (var empty in entries.Where(static entry => entry!["resource"] is null))
        {
            empty!.AsObject().Remove("resource");
        }

        return new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = (string)asked["type"]! + "-response",
            ["entry"] = entries,
        };
    }

    /// <summary>Addresses that stand anywhere in a record, such as <c>Practitioner/9</c>.</summary>
    internal static IEnumerable<string> References(JsonNode? node) =>
        node switch
        {
            JsonObject members => members.SelectMany(static one =>
                one is { Key: "reference", Value: JsonValue value } ? [(string)value!] : References(one.Value)
            ),
            JsonArray list => list.SelectMany(References),
            _ => [],
        };

    internal static string AddressOf(JsonObject record) => $"{record["resourceType"]}/{record["id"]}";

    private static bool Is(JsonObject record, string type, string? id = null) =>
        (string?)record["resourceType"] == type && (id is null || (string?)record["id"] == id);

    private static JsonObject Entry(JsonObject record, string? mode)
    {
        var entry = new JsonObject { ["fullUrl"] = $"{Base}/{AddressOf(record)}", ["resource"] = record.DeepClone() };
        if (mode is not null)
        {
            entry["search"] = new JsonObject { ["mode"] = mode };
        }

        return entry;
    }

    private static JsonObject Outcome(string code) =>
        new()
        {
            ["resourceType"] = "OperationOutcome",
            ["issue"] = new JsonArray(new JsonObject { ["severity"] = "error", ["code"] = code }),
        };

    private static List<(string Name, string Value)> Parameters(string query) =>
        [
            .. query
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(static pair => pair.Split('=', 2))
                .Select(static pair => (Uri.UnescapeDataString(pair[0]), pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : string.Empty)),
        ];
}
