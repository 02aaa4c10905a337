using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>A FHIR server that knows one Observation, and a search whose answer never ends.</summary>
internal static class FleetBackend
{
    // More than the gateway judges whole, so that the rest leaves as a stream.
    private const int EntriesAtOnce = 1500;

    private const int Piece = 64 * 1024;

    public static async Task<WebApplication> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var read = Encoding.UTF8.GetBytes(Observation("o1"));
        app.MapGet(
            "/fhir/Observation/o1",
            async context =>
            {
                context.Response.ContentType = "application/fhir+json";
                context.Response.ContentLength = read.Length;
                await context.Response.Body.WriteAsync(read);
            }
        );
        app.MapGet("/fhir/Observation", EndlessAsync);
        app.MapGet(
            "/fhir/Patient/$export",
            static context =>
            {
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                context.Response.Headers.ContentLocation = $"http://{context.Request.Host}/fhir/jobs/1";
                return Task.CompletedTask;
            }
        );
        app.MapGet("/fhir/jobs/1", ManifestAsync);
        app.MapGet("/fhir/files/1", FileAsync);
        await app.StartAsync();
        return app;
    }

    private static async Task ManifestAsync(HttpContext context)
    {
        var root = $"http://{context.Request.Host}/fhir";
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(
            $$"""{"transactionTime":"2026-01-01T00:00:00Z","request":"{{root}}/Patient/$export","requiresAccessToken":true,"output":[{"type":"Observation","url":"{{root}}/files/1"}],"error":[]}"""
        );
    }

    // A file of an export that never ends, as fast as it is taken.
    private static async Task FileAsync(HttpContext context)
    {
        context.Response.ContentType = "application/fhir+ndjson";
        var piece = new StringBuilder();
        for (var i = 0; ; i++)
        {
            piece.Append(Observation($"o{i}")).Append('\n');
            if (piece.Length >= Piece)
            {
                await context.Response.WriteAsync(piece.ToString(), context.RequestAborted);
                piece.Clear();
            }
        }
    }

    private static async Task EndlessAsync(HttpContext context)
    {
        context.Response.ContentType = "application/fhir+json";
        var self = $"http://{context.Request.Host}{context.Request.Path}{context.Request.QueryString}";
        await context.Response.WriteAsync(
            $$"""{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"{{self}}"}],"entry":["""
        );
        // A search for a code is answered as fast as it is taken: in pieces, as servers do, since a write of its own for each entry would
        // be what is measured.
        var fast = context.Request.Query.ContainsKey("code");
        var piece = new StringBuilder();
        for (var i = 0; ; i++)
        {
            piece.Append($$$"""{{{(i == 0 ? "" : ",")}}}{"resource":{{{Observation($"o{i}")}}},"search":{"mode":"match"}}""");
            if (piece.Length >= Piece || (i >= EntriesAtOnce && !fast))
            {
                await context.Response.WriteAsync(piece.ToString(), context.RequestAborted);
                piece.Clear();
            }

            if (i >= EntriesAtOnce && !fast)
            {
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(20, context.RequestAborted);
            }
        }
    }

    private static string Observation(string id) =>
        $$"""{"resourceType":"Observation","id":"{{id}}","meta":{"versionId":"1"},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"15074-8"}]},"subject":{"reference":"Patient/p1"},"note":[{"text":"{{new string('n', 900)}}"}]}""";
}
