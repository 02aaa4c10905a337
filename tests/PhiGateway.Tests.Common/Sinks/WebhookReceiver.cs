using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Tests.Common.Sinks;

/// <summary>A receiver of webhooks that verifies each call as Standard Webhooks have it, and answers as it is told.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly byte[] _secret;
    private readonly Lock _lock = new();

    private WebhookReceiver(WebApplication app, byte[] secret) => (_app, _secret) = (app, secret);

    public List<long> Received { get; } = [];

    public List<string> Ids { get; } = [];

    public int Refused { get; private set; }

    /// <summary>Answers for the next calls; then 204.</summary>
    public Queue<int> Answers { get; } = [];

    /// <summary>Whether it answers 503 to every call.</summary>
    public bool IsDown { get; set; }

    /// <summary>Everything it took, as it came.</summary>
    public string Text { get; private set; } = string.Empty;

    /// <summary>What it has, in the order in which it came.</summary>
    public List<long> Sequences
    {
        get
        {
            lock (_lock)
            {
                return [.. Received];
            }
        }
    }

    /// <summary>Where it is called.</summary>
    public string Address { get; private set; } = string.Empty;

    public static async Task<WebhookReceiver> StartAsync(string secret)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new WebhookReceiver(app, Encoding.UTF8.GetBytes(secret));
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        receiver.Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/hook";
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        string id = http.Request.Headers["webhook-id"]!;
        var head = Encoding.UTF8.GetBytes($"{id}.{http.Request.Headers["webhook-timestamp"]}.");
        byte[] signed = [.. head, .. body.ToArray()];
        var wanted = "v1," + Convert.ToBase64String(HMACSHA256.HashData(_secret, signed));
        if (!http.Request.Headers["webhook-signature"].ToString().Split(' ').Contains(wanted))
        {
            Refused++;
            http.Response.StatusCode = 401;
            return;
        }

        if (IsDown)
        {
            http.Response.StatusCode = 503;
            return;
        }

        if (Answers.TryDequeue(out var status))
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/elsewhere";
            http.Response.Headers.RetryAfter = "7";
            return;
        }

        var text = Encoding.UTF8.GetString(body.ToArray());
        lock (_lock)
        {
            Ids.Add(id);
            Text += text;
            Received.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(SequenceOf));
        }

        http.Response.StatusCode = 204;
    }

    // In the trail's own members, or in OCSF's.
    private static long SequenceOf(string line) =>
        JsonNode.Parse(line) is { } json ? (long)(json["sequence"] ?? json["metadata"]?["sequence"])! : 0;
}
