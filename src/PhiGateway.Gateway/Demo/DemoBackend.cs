using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using PhiGateway.Gateway.Composition;

namespace PhiGateway.Gateway.Demo;

/// <summary>A small FHIR server with CC0 example resources and no access control at all: what the gateway stands in front of.</summary>
internal sealed class DemoBackend : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, JsonObject> _resources = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private int _created;

    private DemoBackend(WebApplication app) => _app = app;

    /// <summary>FHIR base, absolute.</summary>
    public string Base { get; private set; } = string.Empty;

    /// <summary>How many resources it holds.</summary>
    public int Count => _resources.Count;

    /// <summary>Starts on a free loopback port.</summary>
    public static async Task<DemoBackend> StartAsync()
    {
        var app = LoopbackHost.Build(0);
        var backend = new DemoBackend(app);
        foreach (var line in DemoData.Lines())
        {
            var resource = JsonNode.Parse(line)!.AsObject();
            backend._resources[$"{resource["resourceType"]}/{resource["id"]}"] = resource;
        }

        app.MapGet("/r4/{type}", backend.Search);
        app.MapPost("/r4/{type}/_search", backend.SearchByFormAsync);
        app.MapGet("/r4/{type}/{id}", backend.Read);
        app.MapGet("/r4/{type}/{id}/_history/{version}", backend.VRead);
        app.MapPost("/r4/{type}", backend.CreateAsync);
        app.MapPut("/r4/{type}/{id}", backend.UpdateAsync);
        app.MapDelete("/r4/{type}/{id}", backend.Delete);
        await app.StartAsync();
        backend.Base = $"{LoopbackHost.AddressOf(app)}/r4";
        return backend;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IResult Json(JsonNode body, int status) =>
        Results.Text(body.ToJsonString(), "application/fhir+json", statusCode: status);

    private static IResult Missing() =>
        Json(
            new JsonObject
            {
                ["resourceType"] = "OperationOutcome",
                ["issue"] = new JsonArray(new JsonObject { ["severity"] = "error", ["code"] = "not-found" }),
            },
            StatusCodes.Status404NotFound
        );

    private static bool Matches(JsonObject resource, string name, string value) =>
        name switch
        {
            "_id" => value.Split(',').Contains((string?)resource["id"]),
            "patient" or "subject" or "beneficiary" => value
                .Split(',')
                .Any(wanted => References(resource).Any(found => found == wanted || found == $"Patient/{wanted}")),
            "category" or "code" => value.Split(',').Any(wanted => Codings(resource[name]).Any(coding => TokenMatches(coding, wanted))),
            "status" => value.Split(',').Contains((string?)resource["status"]),
            "_count" or "_sort" or "_format" or "_elements" => true,
            _ => false,
        };

    private static IEnumerable<string> References(JsonObject resource) =>
        new[] { "subject", "patient", "beneficiary" }.Select(name => (string?)resource[name]?["reference"]).OfType<string>();

    private static IEnumerable<JsonNode> Codings(JsonNode? element) =>
        element switch
        {
            JsonArray many => many.SelectMany(Codings),
            JsonObject concept => concept["coding"] is JsonArray codings ? codings.OfType<JsonNode>() : [],
            _ => [],
        };

    private static bool TokenMatches(JsonNode coding, string wanted)
    {
        var bar = wanted.IndexOf('|', StringComparison.Ordinal);
        return bar < 0
            ? (string?)coding["code"] == wanted
            : (string?)coding["system"] == wanted[..bar] && (bar == wanted.Length - 1 || (string?)coding["code"] == wanted[(bar + 1)..]);
    }

    private async Task<IResult> SearchByFormAsync(string type, HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        return Find(
            type,
            form.SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? string.Empty))),
            request
        );
    }

    private IResult Search(string type, HttpRequest request) =>
        Find(
            type,
            request.Query.SelectMany(pair => pair.Value.Select(value => KeyValuePair.Create(pair.Key, value ?? string.Empty))),
            request
        );

    private IResult Find(string type, IEnumerable<KeyValuePair<string, string>> parameters, HttpRequest request)
    {
        var wanted = parameters.ToList();
        var found = _resources
            .Values.Where(resource =>
                (string?)resource["resourceType"] == type && wanted.TrueForAll(pair => Matches(resource, pair.Key, pair.Value))
            )
            .ToList();
        var entries = new JsonArray();
        foreach (var resource in found)
        {
            entries.Add(
                new JsonObject
                {
                    ["fullUrl"] = $"{Base}/{type}/{resource["id"]}",
                    ["resource"] = resource.DeepClone(),
                    ["search"] = new JsonObject { ["mode"] = "match" },
                }
            );
        }

        var query = new QueryBuilder(wanted).ToQueryString();
        var bundle = new JsonObject
        {
            ["resourceType"] = "Bundle",
            ["type"] = "searchset",
            ["total"] = found.Count,
            ["link"] = new JsonArray(new JsonObject { ["relation"] = "self", ["url"] = $"{Base}/{type}{query}" }),
        };
        if (entries.Count > 0)
        {
            bundle["entry"] = entries;
        }

        _ = request;
        return Json(bundle, StatusCodes.Status200OK);
    }

    private IResult Read(string type, string id, HttpResponse response)
    {
        if (!_resources.TryGetValue($"{type}/{id}", out var resource))
        {
            return Missing();
        }

        response.Headers.ETag = $"W/\"{resource["meta"]?["versionId"]}\"";
        return Json(resource, StatusCodes.Status200OK);
    }

    private IResult VRead(string type, string id, string version) =>
        _resources.TryGetValue($"{type}/{id}", out var resource) && (string?)resource["meta"]?["versionId"] == version
            ? Json(resource, StatusCodes.Status200OK)
            : Missing();

    private async Task<IResult> CreateAsync(string type, HttpRequest request, HttpResponse response)
    {
        var resource = (await JsonNode.ParseAsync(request.Body))!.AsObject();
        return Store(resource, type, $"demo-{Interlocked.Increment(ref _created)}", 1, StatusCodes.Status201Created, response);
    }

    private async Task<IResult> UpdateAsync(string type, string id, HttpRequest request, HttpResponse response)
    {
        var resource = (await JsonNode.ParseAsync(request.Body))!.AsObject();
        var stored = _resources.GetValueOrDefault($"{type}/{id}");
        var version = stored is null ? 0 : int.Parse((string)stored["meta"]!["versionId"]!, CultureInfo.InvariantCulture);
        if (request.Headers.IfMatch is [{ } match] && match != $"W/\"{version}\"")
        {
            return Results.StatusCode(StatusCodes.Status412PreconditionFailed);
        }

        return Store(resource, type, id, version + 1, stored is null ? StatusCodes.Status201Created : StatusCodes.Status200OK, response);
    }

    private IResult Store(JsonObject resource, string type, string id, int version, int status, HttpResponse response)
    {
        resource["id"] = id;
        var meta = resource["meta"] as JsonObject ?? [];
        meta["versionId"] = version.ToString(CultureInfo.InvariantCulture);
        meta["lastUpdated"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        resource["meta"] = meta;
        _resources[$"{type}/{id}"] = resource;
        response.Headers.ETag = $"W/\"{version}\"";
        if (status == StatusCodes.Status201Created)
        {
            response.Headers.Location = $"{Base}/{type}/{id}/_history/{version}";
        }

        return Json(resource, status);
    }

    private IResult Delete(string type, string id) => _resources.TryRemove($"{type}/{id}", out _) ? Results.NoContent() : Missing();
}
