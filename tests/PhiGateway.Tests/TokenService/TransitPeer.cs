using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Tests.TokenService;

/// <summary>
/// Answers as the Transit engine of Vault does, for one key of the type <c>ecdsa-p256</c>: reading it and signing in the marshaling <c>jws</c>;
/// can be made to hang, to refuse and to lie.
/// </summary>
internal sealed class TransitPeer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _end = new();

    private TransitPeer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>What it says of the key's type.</summary>
    public string Type { get; set; } = "ecdsa-p256";

    /// <summary>What it demands in <c>X-Vault-Token</c>; null: nothing.</summary>
    public string? Token { get; set; }

    public bool Hangs { get; set; }

    /// <summary>Signs with a key that nobody published.</summary>
    public bool Lies { get; set; }

    /// <summary>What it answers in the place of a signature.</summary>
    public string? Says { get; set; }

    public List<(ECDsa Key, DateTimeOffset Created)> Versions { get; } = [];

    public static async Task<TransitPeer> StartAsync(Action<ListenOptions>? tls = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, tls ?? (static _ => { })));
        var app = builder.Build();
        var peer = new TransitPeer(app);
        app.UseRouting();
        app.MapGet("/v1/transit/keys/tokens", context => peer.AnswerAsync(context, peer.Show));
        app.MapPost("/v1/transit/sign/tokens/sha2-256", context => peer.AnswerAsync(context, peer.Sign));
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        peer.Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"{(tls is null ? "http" : "https")}://127.0.0.1:{port}"));
        return peer;
    }

    public void AddVersion(DateTimeOffset created) => Versions.Add((ECDsa.Create(ECCurve.NamedCurves.nistP256), created));

    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _app.DisposeAsync();
        Versions.ForEach(static version => version.Key.Dispose());
    }

    private async Task AnswerAsync(HttpContext context, Func<JsonNode?, JsonNode> answer)
    {
        if (Hangs)
        {
            await _end.Task;
        }

        if (Token is { } token && context.Request.Headers["X-Vault-Token"] != token)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var body = HttpMethods.IsPost(context.Request.Method) ? await JsonNode.ParseAsync(context.Request.Body) : null;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new JsonObject { ["data"] = answer(body) }.ToJsonString());
    }

    private JsonObject Show(JsonNode? body)
    {
        // Go writes a map in the order of its names as texts.
        var keys = new JsonObject();
        var names = Enumerable.Range(1, Versions.Count).Select(static number => number.ToString(CultureInfo.InvariantCulture));
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            var number = int.Parse(name, CultureInfo.InvariantCulture);
            keys[name] = new JsonObject
            {
                ["name"] = "P-256",
                ["public_key"] = Versions[number - 1].Key.ExportSubjectPublicKeyInfoPem() + "\n",
                ["creation_time"] = JsonSerializer.SerializeToNode(Versions[number - 1].Created),
            };
        }

        return new JsonObject
        {
            ["type"] = Type,
            ["keys"] = keys,
            ["latest_version"] = Versions.Count,
        };
    }

    private JsonObject Sign(JsonNode? body)
    {
        var version = (int)body!["key_version"]!;
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = Lies ? stranger : Versions[version - 1].Key;
        var data = Convert.FromBase64String((string)body["input"]!);
        var signature = Base64Url.EncodeToString(key.SignData(data, HashAlgorithmName.SHA256));
        return new JsonObject
        {
            ["signature"] =
                Says
                ?? (
                    (string?)body["marshaling_algorithm"] == "jws"
                        ? string.Create(CultureInfo.InvariantCulture, $"vault:v{version}:{signature}")
                        : "vault:v1:asn1"
                ),
            ["key_version"] = version,
        };
    }
}
