using System.Diagnostics;
using System.Text.Json;
using PhiGateway.Benchmarks.Peers;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Benchmarks.Tokens;

/// <summary>Tokens a second of the gateway's token service beside <c>oidc-provider</c>, asked in turn by one client with one key.</summary>
internal static class TokenRateRun
{
    private const string Scope = "system/Observation.rs";

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-tokens-").FullName;
        try
        {
            var key = SigningKey.Es384("bench-1");
            var jwk = key.PublicJwk();
            var auth = $"http://127.0.0.1:{LoopbackPort.Free()}";
            await LoadFixture.PrepareAsync(
                folder,
                LoopbackPort.Free(),
                LoopbackPort.Free(),
                "http://127.0.0.1:9",
                (
                    auth,
                    new PublicJwk
                    {
                        Kty = "EC",
                        Crv = (string?)jwk["crv"],
                        X = (string?)jwk["x"],
                        Y = (string?)jwk["y"],
                        Kid = "bench-1",
                    }
                )
            );
            var configuration = GatewayConfiguration.Load(Path.Combine(folder, "etc", "gateway.json"));
            await using var gateway = await GatewayHost.StartAsync(
                GatewayConfiguration.Read(configuration).Options,
                configuration,
                quiet: true,
                CancellationToken.None
            );
            var peer = Path.Combine(folder, "idp.json");
            await File.WriteAllTextAsync(
                peer,
                JsonSerializer.Serialize(
                    new
                    {
                        audience = LoadFixture.Audience,
                        clients = new[]
                        {
                            new
                            {
                                clientId = "bench",
                                jwks = new { keys = new[] { jwk } },
                                assertionAlgorithm = "ES384",
                                scope = Scope,
                            },
                        },
                    }
                )
            );
            using var idp = Node("idp.mjs", [peer], []);
            var ready = JsonDocument.Parse((await idp.StandardOutput.ReadLineAsync())!).RootElement.GetProperty("ready").GetString()!;
            try
            {
                var privateJwk = key.PrivateJwk();
                privateJwk["alg"] = "ES384";
                using var rate = Node(
                    "clients/token-rate.mjs",
                    [ready, auth],
                    new()
                    {
                        ["CLIENT_JWK"] = privateJwk.ToJsonString(),
                        ["CLIENT_ID"] = "bench",
                        ["SCOPE"] = Scope,
                    }
                );
                System.Console.WriteLine($"oidc-provider is {ready}, the gateway {auth}");
                System.Console.Write(await rate.StandardOutput.ReadToEndAsync());
                await rate.WaitForExitAsync();
            }
            finally
            {
                idp.Kill();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Process Node(string script, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("node", [script, .. arguments])
        {
            WorkingDirectory = RepositoryPaths.Of("tests", "peers"),
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
