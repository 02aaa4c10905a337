using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>A transmitter that is polled (RFC 8936): hands out what waits until it is acknowledged, and keeps what it was told.</summary>
internal sealed class SignalTransmitter : IAsyncDisposable
{
    public const string Secret = "poll-secret-0123456789-0123456789-abc";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _waiting = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly TaskCompletionSource _stopping = new();

    private SignalTransmitter(WebApplication app) => _app = app;

    /// <summary>Ids that were acknowledged.</summary>
    public ConcurrentQueue<string> Acknowledged { get; } = new();

    /// <summary>Ids that were refused, with the error.</summary>
    public ConcurrentDictionary<string, string> Refused { get; } = new();

    /// <summary>What it was asked to verify: stream and state.</summary>
    public ConcurrentQueue<(string Stream, string State)> Questions { get; } = new();

    /// <summary>What it answers to that.</summary>
    public int VerificationStatus { get; set; } = StatusCodes.Status204NoContent;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public static async Task<SignalTransmitter> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var made = new SignalTransmitter(app);
        app.Run(made.AnswerAsync);
        await app.StartAsync();
        made.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return made;
    }

    public void Offer(string id, string token) => OfferJson(id, JsonSerializer.Serialize(token));

    /// <summary>Offers whatever it is in the place of a signal.</summary>
    public void OfferJson(string id, string json)
    {
        _waiting[id] = json;
        _news.Release();
    }

    public async ValueTask DisposeAsync()
    {
        _stopping.TrySetResult();
        await _app.DisposeAsync();
        _news.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization != "Bearer " + Secret || !HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var asked = (await JsonNode.ParseAsync(http.Request.Body))!;
        if (http.Request.Path == "/verify")
        {
            Questions.Enqueue(((string)asked["stream_id"]!, (string)asked["state"]!));
            http.Response.StatusCode = VerificationStatus;
            return;
        }

        foreach (var id in asked["ack"]!.AsArray().Select(static one => (string)one!))
        {
            _waiting.TryRemove(id, out _);
            Acknowledged.Enqueue(id);
        }

        foreach (var (id, error) in (asked["setErrs"] as JsonObject) ?? [])
        {
            _waiting.TryRemove(id, out _);
            Refused[id] = (string)error!["err"]!;
        }

        if (_waiting.IsEmpty)
        {
            // As transmitters do: the question is held until there is something.
            await Task.WhenAny(_news.WaitAsync(http.RequestAborted), _stopping.Task);
        }

        var sets = string.Join(',', _waiting.Select(static one => $"{JsonSerializer.Serialize(one.Key)}:{one.Value}"));
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync($$"""{"sets":{{{sets}}},"moreAvailable":false}""");
    }
}
