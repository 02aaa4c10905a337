using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Benchmarks.Peers;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Benchmarks.Tokens;

/// <summary>
/// Tokens a second of the gateway's token service beside <c>oidc-provider</c>, and what each costs of the processor; asked in turn by one
/// client with one key, for each of the algorithms that SMART requires. Both sign their tokens with ES256.
/// </summary>
internal static class TokenRateRun
{
    private const string Scope = "system/Observation.rs";

    public static async Task RunAsync()
    {
        System.Console.WriteLine("| assertions | service | tokens/s | processor ms each |");
        System.Console.WriteLine("|---|---|---|---|");
        foreach (var key in new[] { SigningKey.Rs384("bench-1"), SigningKey.Es384("bench-1") })
        {
            await RunAsync(key);
        }
    }

    private static async Task RunAsync(SigningKey key)
    {
        var folder = Directory.CreateTempSubdirectory("phigw-tokens-").FullName;
        try
        {
            var auth = $"http://127.0.0.1:{LoopbackPort.Free()}";
            var registered = Registered(key.PublicJwk());
            var admin = LoopbackPort.Free();
            await LoadFixture.PrepareAsync(folder, LoopbackPort.Free(), admin, "http://127.0.0.1:9", (auth, registered));

            // A process of its own, with the settings that it ships with.
            using var gateway = Start(
                "dotnet",
                Environment.CurrentDirectory,
                [
                    RepositoryPaths.Of("src", "PhiGateway.Gateway", "bin", "Release", "net10.0", "PhiGateway.Gateway.dll"),
                    "--config",
                    Path.Combine(folder, "etc", "gateway.json"),
                ],
                []
            );
            _ = gateway.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            await ReadyAsync($"http://127.0.0.1:{admin}/readyz", gateway);
            await File.WriteAllTextAsync(Path.Combine(folder, "idp.json"), Peer(key));
            using var idp = Node("idp.mjs", [Path.Combine(folder, "idp.json")], []);
            var ready = JsonDocument.Parse((await idp.StandardOutput.ReadLineAsync())!).RootElement.GetProperty("ready").GetString()!;
            try
            {
                var services = new[] { new Service("oidc-provider", ready, idp), new Service("the gateway", auth, gateway) };
                await AskAsync(key, services);
                foreach (var service in services)
                {
                    service.Tell(key.Algorithm);
                }

                var times = services[1].Median(static one => one.Rate) / services[0].Median(static one => one.Rate);
                System.Console.WriteLine(FormattableString.Invariant($"{key.Algorithm}: {times:0.0} times as many"));
            }
            finally
            {
                idp.Kill();
                gateway.Kill();
                await gateway.WaitForExitAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static PublicJwk Registered(JsonObject jwk) =>
        new()
        {
            Kty = (string)jwk["kty"]!,
            Crv = (string?)jwk["crv"],
            X = (string?)jwk["x"],
            Y = (string?)jwk["y"],
            N = (string?)jwk["n"],
            E = (string?)jwk["e"],
            Kid = (string?)jwk["kid"],
        };

    private static string Peer(SigningKey key) =>
        new JsonObject
        {
            ["audience"] = LoadFixture.Audience,
            ["clients"] = new JsonArray(
                new JsonObject
                {
                    ["clientId"] = "bench",
                    ["jwks"] = new JsonObject { ["keys"] = new JsonArray(key.PublicJwk()) },
                    ["assertionAlgorithm"] = key.Algorithm,
                    ["scope"] = Scope,
                }
            ),
        }.ToJsonString();

    private static async Task AskAsync(SigningKey key, Service[] services)
    {
        var privateJwk = key.PrivateJwk();
        privateJwk["alg"] = key.Algorithm;
        using var rate = Node(
            "clients/token-rate.mjs",
            [.. services.Select(static one => one.Address)],
            new()
            {
                ["CLIENT_JWK"] = privateJwk.ToJsonString(),
                ["CLIENT_ID"] = "bench",
                ["SCOPE"] = Scope,
            }
        );
        while (await rate.StandardOutput.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            services.Single(one => one.Address == words[1]).Take(words);
            await rate.StandardInput.WriteLineAsync();
        }

        await rate.WaitForExitAsync();
    }

    private static async Task ReadyAsync(string address, Process gateway)
    {
        using var http = new HttpClient();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(address));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                if (gateway.HasExited)
                {
                    throw;
                }
            }

            await Task.Delay(100);
        }
    }

    private static Process Node(string script, string[] arguments, Dictionary<string, string> environment) =>
        Start("node", RepositoryPaths.Of("tests", "peers"), [script, .. arguments], environment);

    private static Process Start(string program, string folder, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private sealed class Service(string name, string address, Process process)
    {
        private readonly List<(double Rate, double Milliseconds)> _rounds = [];
        private TimeSpan _before;

        public string Address => address;

        public double Median(Func<(double Rate, double Milliseconds), double> of) =>
            _rounds.Select(of).Order().ElementAt(_rounds.Count / 2);

        // "begin BASE" or "end BASE TOKENS SECONDS".
        public void Take(string[] words)
        {
            process.Refresh();
            var spent = process.TotalProcessorTime;
            if (words[0] == "begin")
            {
                _before = spent;
                return;
            }

            var (tokens, seconds) = (
                int.Parse(words[2], CultureInfo.InvariantCulture),
                double.Parse(words[3], CultureInfo.InvariantCulture)
            );
            _rounds.Add((tokens / seconds, (spent - _before).TotalMilliseconds / tokens));
        }

        public void Tell(string algorithm)
        {
            var rates = string.Join(' ', _rounds.Select(static one => one.Rate.ToString("0", CultureInfo.InvariantCulture)));
            var each = Median(static one => one.Milliseconds).ToString("0.00", CultureInfo.InvariantCulture);
            System.Console.WriteLine($"| {algorithm} | {name} | {rates} | {each} |");
        }
    }
}
