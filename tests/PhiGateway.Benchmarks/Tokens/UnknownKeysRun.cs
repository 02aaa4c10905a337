using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhiGateway.Benchmarks.Fleet;
using PhiGateway.Benchmarks.Peers;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Benchmarks.Tokens;

/// <summary>
/// What 5,000 tokens with keys that nobody knows, within ten seconds, ask of their issuer, and what they do to a client's reads meanwhile.
/// </summary>
internal static class UnknownKeysRun
{
    private const int Tokens = 5000;
    private const int Senders = 16;

    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(10);

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-keys-").FullName;
        try
        {
            using var backend = SilentSockets.Answering(
                """{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"c"},"subject":{"reference":"Patient/p1"}}"""
            );
            var port = LoopbackPort.Free();
            await LoadFixture.PrepareAsync(folder, port, LoopbackPort.Free(), $"http://127.0.0.1:{backend.Port}");
            var fetched = 0;
            await using var issuer = await ListenAsync(Path.Combine(folder, "jwks.json"), () => Interlocked.Increment(ref fetched));
            var token = await MoveIssuerAsync(folder, issuer.Urls.Single());
            var configuration = GatewayConfiguration.Load(Path.Combine(folder, "etc", "gateway.json"));
            await using var gateway = await GatewayHost.StartAsync(
                GatewayConfiguration.Read(configuration).Options,
                configuration,
                quiet: true,
                CancellationToken.None
            );
            var address = new Uri($"http://127.0.0.1:{port}/fhir/Observation/o1");
            await UntilServedAsync(address, token);
            _ = await ReadAsync("warm", address, token, TimeSpan.FromSeconds(3));

            var alone = await ReadAsync("reads alone", address, token, Stretch);
            var before = Volatile.Read(ref fetched);
            var flood = FloodAsync(address, issuer.Urls.Single());
            var beside = await ReadAsync("reads beside them", address, token, Stretch);
            var answers = await flood;

            System.Console.WriteLine(Latencies.Header);
            System.Console.WriteLine(alone);
            System.Console.WriteLine(beside);
            System.Console.WriteLine(
                $"{answers.Sum(static pair => pair.Value)} tokens with unknown keys in {Stretch.TotalSeconds:0} s: "
                    + $"{string.Join(", ", answers.Select(static pair => $"{pair.Value} x {pair.Key}"))}; "
                    + $"{Volatile.Read(ref fetched) - before} fetches of the key set"
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<WebApplication> ListenAsync(string keys, Action onFetched)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapGet(
            "/.well-known/openid-configuration",
            context =>
            {
                var origin = $"http://{context.Request.Host}";
                return context.Response.WriteAsync($$"""{"issuer":"{{origin}}","jwks_uri":"{{origin}}/jwks"}""");
            }
        );
        app.MapGet(
            "/jwks",
            context =>
            {
                onFetched();
                return context.Response.WriteAsync(File.ReadAllText(keys));
            }
        );
        await app.StartAsync();
        return app;
    }

    // The fixture's issuer publishes its keys over HTTP instead of in a file; its token is signed anew in its name.
    private static async Task<string> MoveIssuerAsync(string folder, string origin)
    {
        using var rsa = RSA.Create(2048);
        var numbers = rsa.ExportParameters(false);
        var jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["alg"] = "RS256",
            ["use"] = "sig",
            ["kid"] = "bench-1",
            ["n"] = Base64Url.EncodeToString(numbers.Modulus),
            ["e"] = Base64Url.EncodeToString(numbers.Exponent),
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "jwks.json"), new JsonObject { ["keys"] = new JsonArray(jwk) }.ToJsonString());
        var file = Path.Combine(folder, "etc", "gateway.json");
        var configuration = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        var issuer = configuration["PhiGateway"]!["Issuers"]![0]!.AsObject();
        issuer["Issuer"] = origin;
        issuer.Remove("Jwks");
        await File.WriteAllTextAsync(file, configuration.ToJsonString());
        var input = Unsigned(origin, "bench-1");
        var signature = rsa.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Unsigned(string issuer, string kid)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = $$"""{"alg":"RS256","kid":"{{kid}}","typ":"at+jwt"}""";
        var claims = new JsonObject
        {
            ["iss"] = issuer,
            ["aud"] = LoadFixture.Audience,
            ["sub"] = "bench",
            ["client_id"] = "bench",
            ["jti"] = kid,
            ["scope"] = "system/*.rs",
            ["iat"] = now,
            ["exp"] = now + 3600,
        };
        return $"{Encode(header)}.{Encode(claims.ToJsonString())}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    // The issuer's keys are fetched behind the start.
    private static async Task UntilServedAsync(Uri address, string token)
    {
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await AskAsync(http, address, token) != 200)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }

    // One read every five milliseconds at most: what is looked at is how long each takes.
    private static async Task<Latencies> ReadAsync(string name, Uri address, string token, TimeSpan stretch)
    {
        using var http = new HttpClient();
        var times = new Latencies(name);
        var whole = Stopwatch.StartNew();
        while (whole.Elapsed < stretch)
        {
            var one = Stopwatch.StartNew();
            var status = await AskAsync(http, address, token);
            times.Add(one.Elapsed);
            if (status != 200)
            {
                throw new InvalidOperationException($"A read was answered {status}.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }

        return times;
    }

    private static async Task<SortedDictionary<int, int>> FloodAsync(Uri address, string issuer)
    {
        var signature = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(256));
        var tokens = Enumerable.Range(0, Tokens).Select(i => $"{Unsigned(issuer, $"unknown-{i}")}.{signature}").ToList();
        using var http = new HttpClient();
        var answers = new SortedDictionary<int, int>();
        var next = -1;
        var whole = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, Senders)
                .Select(async _ =>
                {
                    for (var i = Interlocked.Increment(ref next); i < Tokens; i = Interlocked.Increment(ref next))
                    {
                        var due = Stretch * ((double)i / Tokens) - whole.Elapsed;
                        if (due > TimeSpan.Zero)
                        {
                            await Task.Delay(due);
                        }

                        var status = await AskAsync(http, address, tokens[i]);
                        lock (answers)
                        {
                            answers[status] = answers.GetValueOrDefault(status) + 1;
                        }
                    }
                })
        );
        return answers;
    }

    private static async Task<int> AskAsync(HttpClient http, Uri address, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        await response.Content.CopyToAsync(Stream.Null);
        return (int)response.StatusCode;
    }
}
