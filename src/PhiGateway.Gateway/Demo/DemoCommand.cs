using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Demo;

/// <summary>
/// Runs the whole promise on one machine: gateway, embedded store, sample FHIR backend, tokens, and five commands to paste.
/// </summary>
/// <remarks>Binds to loopback only; there is no option to bind elsewhere.</remarks>
internal static class DemoCommand
{
    // A machine that is slower than this shows its demonstration while it is still filled.
    private static readonly TimeSpan LongestShipping = TimeSpan.FromSeconds(30);

    /// <summary>Runs until it is told to stop.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryRead(args, out var settings))
        {
            await System.Console.Error.WriteLineAsync(
                "Usage: demo [--port N] [--admin-port N] [--token-port N] [--data DIR]. The demonstration listens on loopback only."
            );
            return 2;
        }

        try
        {
            DemoFolder.Prepare(settings.Data);
            using var issuer = new DemoIssuer();
            await using var backend = await DemoBackend.StartAsync();
            var key = DemoClientKey.Create(settings.Data);
            await using var host = await StartAsync(settings, issuer, backend);
            await DemoRegistry.SeedAsync(
                host.Parts.RegistryStore,
                host.Parts.RegistrySource,
                key.Public,
                TimeProvider.System.GetUtcNow(),
                CancellationToken.None
            );
            await DemoStory.SeedAsync(
                host.Parts.RegistryStore,
                host.Parts.RegistrySource,
                TimeProvider.System.GetUtcNow(),
                CancellationToken.None
            );
            await DemoStory.AskAsync(host.Parts.RegistrationRequests, TimeProvider.System.GetUtcNow(), CancellationToken.None);
            await DemoHistory.WriteAsync(host.Parts.Journal, TimeProvider.System.GetUtcNow(), 1);
            await ShippedAsync(host.Parts.Journal);
            await host.Parts.Follower.FollowOnceAsync(CancellationToken.None);
            var tokens = DemoFolder.WriteTokens(settings.Data, issuer, $"{host.DataAddress}/fhir", TimeProvider.System.GetUtcNow());
            await System.Console.Out.WriteLineAsync(DemoBanner.Write(host, backend, settings.Data, tokens, key));
            await host.WaitForStopAsync();
            return 0;
        }
        catch (Exception fault)
            when (fault is AddressInUseException || (fault is IOException && fault.InnerException is AddressInUseException))
        {
            await System.Console.Error.WriteLineAsync(
                $"Port {settings.Port} or {settings.AdminPort} is busy on loopback. Choose others: demo --port 9080 --admin-port 9081"
            );
            return 1;
        }
        catch (Exception fault) when (fault is DemoFolderException || StartFaults.IsForOperators(fault))
        {
            await System.Console.Error.WriteLineAsync($"The demonstration cannot start: {fault.Message}");
            return 1;
        }
    }

    // The first page that somebody opens counts what is in the store: two weeks, not the part of them that came over meanwhile.
    private static async Task ShippedAsync(FileJournal journal)
    {
        var (last, began) = (journal.DurableSequence, Stopwatch.GetTimestamp());
        while (journal.ShippedSequence < last && Stopwatch.GetElapsedTime(began) < LongestShipping)
        {
            await Task.Delay(20);
        }
    }

    private static Task<GatewayHost> StartAsync(DemoSettings settings, DemoIssuer issuer, DemoBackend backend)
    {
        var keys = Path.Combine(settings.Data, "jwks.json");
        File.WriteAllText(keys, issuer.Jwks());
        var secret = DemoFolder.WriteSecret(settings.Data, "signing.secret", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        var auth = $"http://127.0.0.1:{settings.TokenPort.ToString(CultureInfo.InvariantCulture)}";
        var publicBase = $"http://127.0.0.1:{settings.Port.ToString(CultureInfo.InvariantCulture)}";
        var configuration = GatewayConfiguration.Load(
            null,
            new Dictionary<string, string?>
            {
                ["PhiGateway:Environment"] = DemoRegistry.Environment,
                ["PhiGateway:Node"] = "demo",
                ["PhiGateway:PublicBase"] = publicBase,
                ["PhiGateway:Hosts:0"] = $"localhost:{settings.Port.ToString(CultureInfo.InvariantCulture)}",
                ["PhiGateway:Listeners:Data"] = publicBase,
                ["PhiGateway:Listeners:Admin"] = $"http://127.0.0.1:{settings.AdminPort.ToString(CultureInfo.InvariantCulture)}",
                ["PhiGateway:Registry:ConnectionString"] = $"Data Source={Path.Combine(settings.Data, "registry.db")}",
                ["PhiGateway:Registry:LastGoodFile"] = Path.Combine(settings.Data, "registry.last-good"),
                ["PhiGateway:Audit:Journal:Directory"] = Path.Combine(settings.Data, "journal"),
                ["PhiGateway:Admin:BootstrapFile"] = Path.Combine(settings.Data, "admin.key"),
                ["PhiGateway:Audit:Journal:Budget"] = "1 GiB",
                ["PhiGateway:Audit:Store:ConnectionString"] = $"Data Source={Path.Combine(settings.Data, "audit.db")}",
                // Nobody stands in front who would have to turn away first.
                ["PhiGateway:StopPause"] = "00:00:00",
                ["PhiGateway:LogFile"] = Path.Combine(settings.Data, "gateway-.log"),
                ["PhiGateway:Issuers:0:Name"] = DemoIssuer.Name,
                ["PhiGateway:Issuers:0:Issuer"] = DemoIssuer.Issuer,
                ["PhiGateway:Issuers:0:Audience"] = $"{publicBase}/fhir",
                ["PhiGateway:Issuers:0:Algorithms:0"] = "ES256",
                ["PhiGateway:Issuers:0:Environment"] = DemoRegistry.Environment,
                ["PhiGateway:Issuers:0:Jwks"] = keys,
                ["PhiGateway:Issuers:0:MaxTokenLifetime"] = "12:00:00",
                ["PhiGateway:Issuers:0:Claims:Purpose"] = "purpose_of_use",
                ["PhiGateway:TokenService:Name"] = DemoRegistry.TokenServiceName,
                ["PhiGateway:TokenService:Listener"] = auth,
                ["PhiGateway:TokenService:Issuer"] = auth,
                ["PhiGateway:TokenService:Audience"] = $"{publicBase}/fhir",
                ["PhiGateway:TokenService:KeyDirectory"] = Path.Combine(settings.Data, "signing"),
                ["PhiGateway:TokenService:KeySecret"] = $"file:{secret}",
                ["ReverseProxy:Routes:fhir:ClusterId"] = "sample",
                ["ReverseProxy:Routes:fhir:Match:Path"] = "/fhir/{**rest}",
                ["ReverseProxy:Routes:fhir:Metadata:Phi.Kind"] = RouteMetadata.FhirR4,
                ["ReverseProxy:Routes:fhir:Metadata:Phi.Base"] = "/fhir",
                ["ReverseProxy:Routes:fhir:Metadata:Phi.Tenant"] = DemoRegistry.Tenant,
                ["ReverseProxy:Clusters:sample:Destinations:a:Address"] = backend.Base,
            }
        );
        var (options, problems) = NodeConfiguration.Read(configuration);
        return problems.Count == 0
            ? GatewayHost.StartAsync(options, configuration, quiet: true, CancellationToken.None, DemoPersons.Console(settings.AdminPort))
            : throw new DemoFolderException(string.Join(' ', problems.Select(static problem => $"{problem.Key} {problem.Message}")));
    }

    private static bool TryRead(string[] args, out DemoSettings settings)
    {
        settings = new DemoSettings(8080, 8081, 0, "demo-data");
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length)
            {
                return false;
            }

            var isPort =
                int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535;
            switch (args[i])
            {
                case "--port" when isPort:
                    settings = settings with { Port = port };
                    break;
                case "--admin-port" when isPort:
                    settings = settings with { AdminPort = port };
                    break;
                case "--token-port" when isPort:
                    settings = settings with { TokenPort = port };
                    break;
                case "--data" when args[i + 1].Length > 0:
                    settings = settings with { Data = args[i + 1] };
                    break;
                default:
                    return false;
            }
        }

        // The commands that are printed are pasted in whatever folder the reader stands in.
        settings = settings with
        {
            Data = Path.GetFullPath(settings.Data),
            TokenPort = settings.TokenPort == 0 ? FreePort() : settings.TokenPort,
        };
        return settings.Port != settings.AdminPort && settings.TokenPort != settings.Port && settings.TokenPort != settings.AdminPort;
    }

    // Its address is its name, so it must be known before it listens.
    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed record DemoSettings(int Port, int AdminPort, int TokenPort, string Data);
}
