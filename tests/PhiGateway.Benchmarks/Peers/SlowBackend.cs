using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PhiGateway.Benchmarks.Peers;

/// <summary>An upstream that takes a second for each answer; what overload is measured with.</summary>
internal static class SlowBackend
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        await using var app = builder.Build();
        app.MapGet(
            "/{**rest}",
            static async (HttpContext context) =>
            {
                await Task.Delay(Second, context.RequestAborted);
                return Results.Text(
                    """{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/p1"}}""",
                    "application/fhir+json"
                );
            }
        );
        await app.RunAsync();
    }
}
