using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd;

/// <summary>A folder with a configuration that tests spoil, and the gateway run on it.</summary>
internal sealed class StartupFolder : IDisposable
{
    public StartupFolder()
    {
        (DataPort, AdminPort) = (LoopbackPort.Free(), LoopbackPort.Free());
        File.WriteAllText(At("bootstrap.key"), BootstrapKey);
        Configuration = new JsonObject
        {
            ["PhiGateway"] = new JsonObject
            {
                ["Environment"] = "production",
                ["Node"] = "gw-01",
                ["PublicBase"] = $"http://127.0.0.1:{DataPort}",
                // No balancer has to turn away first.
                ["StopPause"] = "00:00:00",
                ["Listeners"] = new JsonObject { ["Data"] = $"http://127.0.0.1:{DataPort}", ["Admin"] = $"http://127.0.0.1:{AdminPort}" },
                ["Registry"] = new JsonObject { ["ConnectionString"] = $"Data Source={At("registry.db")}" },
                ["Audit"] = new JsonObject
                {
                    ["Journal"] = new JsonObject { ["Directory"] = At("journal"), ["Budget"] = "64 MiB" },
                    ["Store"] = new JsonObject { ["ConnectionString"] = $"Data Source={At("audit.db")}" },
                },
                ["Issuers"] = new JsonArray(
                    new JsonObject
                    {
                        ["Name"] = "hospital-idp",
                        [nameof(Issuer)] = $"http://127.0.0.1:{LoopbackPort.Free()}",
                        ["Audience"] = "https://gw.hospital.example/fhir",
                        ["Algorithms"] = new JsonArray("ES256"),
                        ["Environment"] = "production",
                    }
                ),
                ["Admin"] = new JsonObject { ["BootstrapKey"] = $"file:{At("bootstrap.key")}" },
            },
            ["ReverseProxy"] = new JsonObject
            {
                ["Routes"] = new JsonObject
                {
                    ["fhir"] = new JsonObject
                    {
                        ["ClusterId"] = "ehr",
                        ["Match"] = new JsonObject { ["Path"] = "/fhir/{**rest}" },
                        ["Metadata"] = new JsonObject
                        {
                            ["Phi.Kind"] = "fhir-r4",
                            ["Phi.Base"] = "/fhir",
                            ["Phi.Tenant"] = "north",
                        },
                    },
                },
                ["Clusters"] = new JsonObject
                {
                    ["ehr"] = new JsonObject
                    {
                        ["Destinations"] = new JsonObject { ["a"] = new JsonObject { ["Address"] = "http://127.0.0.1:9/fhir" } },
                    },
                },
            },
        };
    }

    public const string BootstrapKey = "phigw-test-bootstrap-key-3f6c1d0b9a7e4d52";

    public string Root { get; } = Directory.CreateTempSubdirectory("phigw-start-").FullName;

    public int DataPort { get; }

    public int AdminPort { get; }

    /// <summary>A good one, until a test changes it.</summary>
    public JsonObject Configuration { get; }

    public JsonObject Gateway => Configuration["PhiGateway"]!.AsObject();

    public JsonObject Issuer => Gateway["Issuers"]![0]!.AsObject();

    public string At(string name) => Path.Combine(Root, name);

    /// <summary>Prepares a process on the configuration as it is now.</summary>
    public GatewayProcess Prepare() => GatewayProcess.Prepare(Root, DataPort, AdminPort, Configuration.ToJsonString());

    /// <summary>Runs with the configuration as it is now, to the end.</summary>
    public Task<(int ExitCode, string Output)> RunAsync(bool validateOnly = false, params (string Name, string Value)[] environment)
    {
        File.WriteAllText(At("appsettings.json"), Configuration.ToJsonString());
        string[] command = validateOnly ? ["validate"] : [];
        return RunAsync([.. command, "--config", At("appsettings.json")], environment);
    }

    /// <summary>Runs any command to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        var lines = new ConcurrentQueue<string?>();
        using var process = new Process { StartInfo = StartInfo(arguments) };
        foreach (var (name, value) in environment)
        {
            process.StartInfo.Environment[name] = value;
        }

        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data);
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        // Bounds a hang only: a gateway that should have refused and runs instead.
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync();
            return (-1, $"It did not end:\n{string.Join('\n', lines)}");
        }

        return (process.ExitCode, string.Join('\n', lines));
    }

    /// <summary>How any command is started.</summary>
    public static ProcessStartInfo StartInfo(string[] arguments)
    {
        var configuration = AppContext.BaseDirectory.Contains(
            $"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}",
            StringComparison.Ordinal
        )
            ? "Release"
            : "Debug";
        return new ProcessStartInfo(
            "dotnet",
            [RepositoryPaths.Of("src", "PhiGateway.Gateway", "bin", configuration, "net10.0", "PhiGateway.Gateway.dll"), .. arguments]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
