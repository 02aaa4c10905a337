using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd;

/// <summary>
/// An OpenTelemetry collector on loopback that keeps what it is sent, by signal; texts stand in the protocol's messages as they are.
/// </summary>
internal sealed class TelemetryCollector : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<byte[]>> _received = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private TelemetryCollector(WebApplication app, string address) => (_app, Address) = (app, address);

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    public static async Task<TelemetryCollector> StartAsync()
    {
        var address = $"http://127.0.0.1:{LoopbackPort.Free()}";
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(address);
        var app = builder.Build();
        var collector = new TelemetryCollector(app, address);
        app.Run(collector.KeepAsync);
        await app.StartAsync();
        return collector;
    }

    /// <summary>All that came of one signal (<c>traces</c>, <c>metrics</c>), as text with the protocol's own bytes in between.</summary>
    public string TextOf(string signal) =>
        string.Concat(_received.GetValueOrDefault($"/v1/{signal}", []).Select(Encoding.Latin1.GetString));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task KeepAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.GetOrAdd(context.Request.Path.Value!, static _ => []).Enqueue(body.ToArray());
    }
}
