using System.Diagnostics;
using System.Net;
using System.Text.Json;
using PhiGateway.Benchmarks.Peers;
using PhiGateway.Gateway.Composition;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>One gateway process of a fleet.</summary>
internal sealed class FleetNode : IAsyncDisposable
{
    private readonly Process _process;

    private FleetNode(Process process, Uri data, Uri admin)
    {
        _process = process;
        Data = data;
        Admin = admin;
    }

    public Uri Data { get; }

    public Uri Admin { get; }

    /// <summary>Processor time that it has used.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory in RAM, bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts one and waits until it is ready.</summary>
    public static async Task<FleetNode> StartAsync(
        string name,
        string folder,
        string registry,
        string audit,
        string jwks,
        int dataPort,
        int adminPort,
        int backendPort
    )
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "gateway.json");
        await File.WriteAllTextAsync(
            path,
            JsonSerializer.Serialize(Configuration(name, folder, registry, audit, jwks, dataPort, adminPort, backendPort))
        );
        // Its output goes to a file: a pipe that nobody reads would stop it.
        var dll = typeof(GatewayHost).Assembly.Location;
        var process = Process.Start(
            new ProcessStartInfo("dotnet", [dll, "--config", path]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, line) => System.Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var node = new FleetNode(process, new Uri($"http://127.0.0.1:{dataPort}"), new Uri($"http://127.0.0.1:{adminPort}"));
        using var http = new HttpClient();
        while (true)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"Node {name} ended with {process.ExitCode}.");
            }

            try
            {
                using var ready = await http.GetAsync(new Uri(node.Admin, "/readyz"));
                if (ready.StatusCode == HttpStatusCode.OK)
                {
                    return node;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static Dictionary<string, object> Configuration(
        string name,
        string folder,
        string registry,
        string audit,
        string jwks,
        int dataPort,
        int adminPort,
        int backendPort
    ) =>
        new()
        {
            ["PhiGateway"] = new
            {
                Environment = "fleet",
                Node = name,
                PublicBase = $"http://127.0.0.1:{dataPort}",
                Listeners = new { Data = $"http://127.0.0.1:{dataPort}", Admin = $"http://127.0.0.1:{adminPort}" },
                Registry = new { Provider = "Postgres", ConnectionString = SecretIn(folder, "registry", registry) },
                Audit = new
                {
                    Journal = new { Directory = Path.Combine(folder, "journal"), Budget = "1 GiB" },
                    Store = new { Provider = "Postgres", ConnectionString = SecretIn(folder, "audit", audit) },
                },
                Issuers = new[]
                {
                    new
                    {
                        Name = "fleet-idp",
                        FleetTokens.Issuer,
                        FleetTokens.Audience,
                        Algorithms = new[] { "ES256" },
                        Environment = "fleet",
                        Jwks = jwks,
                        MaxTokenLifetime = "12:00:00",
                        Claims = new { Purpose = "registry" },
                    },
                },
                Limits = new { RequestsPerSecond = 1_000_000, Concurrency = 100_000 },
            },
            ["ReverseProxy"] = GatewaySetup.ReverseProxyTo($"http://127.0.0.1:{backendPort}", "fleet"),
        };

    private static string SecretIn(string folder, string name, string value)
    {
        var path = Path.Combine(folder, $"{name}.connection");
        File.WriteAllText(path, value);
        return $"file:{path}";
    }
}
