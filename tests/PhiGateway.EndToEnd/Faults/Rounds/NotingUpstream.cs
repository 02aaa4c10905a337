using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>
/// A clinical system that notes each write that it applied, by the id of the request that asked for it, and gives each answer resources that
/// no other answer has; the upstream half of the oracle.
/// </summary>
internal sealed class NotingUpstream : IAsyncDisposable
{
    /// <summary>Characters of one resource of a large answer.</summary>
    public const int Filling = 96 * 1024;

    private readonly ConcurrentDictionary<string, (int Version, string Body)> _observations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _exports = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _applied = new();
    private readonly WebApplication _app;
    private int _next;

    private NotingUpstream(WebApplication app, string origin) => (_app, Base) = (app, origin + "/fhir");

    /// <summary>Its FHIR base.</summary>
    public string Base { get; }

    /// <summary>Request ids of the writes that it applied since it was asked last; with them it forgets what it stored.</summary>
    public IReadOnlyCollection<string> TakeApplied()
    {
        var applied = new List<string>();
        while (_applied.TryDequeue(out var id))
        {
            applied.Add(id);
        }

        _observations.Clear();
        _exports.Clear();
        return applied;
    }

    public static async Task<NotingUpstream> StartAsync()
    {
        var origin = $"http://127.0.0.1:{LoopbackPort.Free()}";
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(origin);
        var app = builder.Build();
        var upstream = new NotingUpstream(app, origin);
        app.Run(upstream.AnswerAsync);
        await app.StartAsync();
        return upstream;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var parts = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..];
        return (context.Request.Method, parts) switch
        {
            ("GET", ["Patient", "$export"]) => StartExportAsync(context),
            ("GET", ["Patient", var id]) => WriteAsync(context, Patient(id)),
            ("GET", ["Observation"]) => SearchAsync(context),
            ("GET", ["Observation", var id]) when _observations.TryGetValue(id, out var one) => WriteAsync(context, one.Body, one.Version),
            ("POST", ["Observation"]) => StoreAsync(context, $"w{Interlocked.Increment(ref _next)}"),
            ("PUT", ["Observation", var id]) => StoreAsync(context, id),
            ("GET", ["export-status", var id]) => ManifestAsync(context, id),
            ("GET", ["export-files", var id]) => FileAsync(context, id),
            _ => Empty(context, StatusCodes.Status404NotFound),
        };
    }

    private async Task StoreAsync(HttpContext context, string id)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var sent = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        var version = _observations.TryGetValue(id, out var before) ? before.Version + 1 : 1;

        // Type and id first, by which clients note what they received.
        var body = new JsonObject
        {
            ["resourceType"] = "Observation",
            ["id"] = id,
            ["meta"] = new JsonObject { ["versionId"] = version.ToString(CultureInfo.InvariantCulture) },
        };
        foreach (var (name, value) in sent.Where(static member => member.Key is not ("resourceType" or "id" or "meta")))
        {
            body[name] = value?.DeepClone();
        }

        // Some are slow to do it, some slow to say so: a kill falls before, between and behind.
        await Task.Delay(Random.Shared.Next(4) == 0 ? 30 : 0);
        var text = body.ToJsonString();
        _observations[id] = (version, text);
        _applied.Enqueue(context.Request.Headers["X-Request-Id"].ToString());
        await Task.Delay(Random.Shared.Next(4) == 0 ? 30 : 0);
        context.Response.StatusCode = version == 1 ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        context.Response.Headers.Location = $"{Base}/Observation/{id}/_history/{version}";
        await WriteAsync(context, text, version);
    }

    private async Task SearchAsync(HttpContext context)
    {
        var patient = context.Request.Query["patient"].ToString().Split('/')[^1];
        var count = int.Parse(context.Request.Query["_count"].ToString(), CultureInfo.InvariantCulture);
        var answer = Interlocked.Increment(ref _next);
        context.Response.ContentType = "application/fhir+json";
        await context.Response.WriteAsync("""{"resourceType":"Bundle","type":"searchset","entry":[""");
        for (var i = 0; i < count; i++)
        {
            var id = $"s{answer}-{i}";
            var entry =
                $$$"""{"fullUrl":"{{{Base}}}/Observation/{{{id}}}","resource":{{{Observation(id, patient)}}},"search":{"mode":"match"}}""";
            await context.Response.WriteAsync((i == 0 ? string.Empty : ",") + entry);
        }

        await context.Response.WriteAsync("]}");
    }

    private Task StartExportAsync(HttpContext context)
    {
        var id = $"e{Interlocked.Increment(ref _next)}";
        _exports[id] = 0;
        context.Response.Headers.ContentLocation = $"{Base}/export-status/{id}";
        return Empty(context, StatusCodes.Status202Accepted);
    }

    private Task ManifestAsync(HttpContext context, string id)
    {
        var manifest =
            $$"""{"transactionTime":"2026-01-01T00:00:00Z","request":"{{Base}}/Patient/$export","requiresAccessToken":true,"output":[{"type":"Observation","url":"{{Base}}/export-files/{{id}}"}],"error":[]}""";
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(manifest);
    }

    private async Task FileAsync(HttpContext context, string id)
    {
        var answer = Interlocked.Increment(ref _next);
        context.Response.ContentType = "application/fhir+ndjson";
        for (var i = 0; i < 24; i++)
        {
            await context.Response.WriteAsync(Observation($"{id}-{answer}-{i}", i % 2 == 0 ? "f001" : "example") + "\n");
        }
    }

    private static Task WriteAsync(HttpContext context, string body, int? version = null)
    {
        context.Response.ContentType = "application/fhir+json";
        if (version is { } number)
        {
            context.Response.Headers.ETag = $"W/\"{number}\"";
        }

        return context.Response.WriteAsync(body);
    }

    private static Task Empty(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static string Patient(string id) => $$"""{"resourceType":"Patient","id":"{{id}}","name":[{"family":"Canary"}]}""";

    private static string Observation(string id, string patient) =>
        $$"""{"resourceType":"Observation","id":"{{id}}","status":"final","code":{"text":"noted"},"subject":{"reference":"Patient/{{patient}}"},"valueString":"{{new string('x', Filling)}}"}""";
}
