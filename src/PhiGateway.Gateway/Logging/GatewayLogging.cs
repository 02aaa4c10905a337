using PhiGateway.Gateway.Configuration;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace PhiGateway.Gateway.Logging;

/// <summary>Sets Serilog up: JSON lines, and the frameworks' own request logging off, since it would write URLs.</summary>
internal static class GatewayLogging
{
    // Categories whose messages carry URLs, headers or exception texts of foreign systems.
    private static readonly string[] Silenced =
    [
        "Microsoft.AspNetCore", "Yarp", "System.Net.Http", "Microsoft.IdentityModel", "Microsoft.EntityFrameworkCore", "Npgsql",
    ];

    /// <summary>Makes the logger; the caller disposes it.</summary>
    /// <param name="options">Where logs go.</param>
    /// <param name="quiet">Warnings and worse only, for the demonstration's console.</param>
    public static Serilog.Core.Logger Create(GatewayOptions options, bool quiet)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.Is(quiet ? LogEventLevel.Warning : LogEventLevel.Information);
        foreach (var category in Silenced)
        {
            configuration.MinimumLevel.Override(category, LogEventLevel.Fatal);
        }

        configuration.Enrich.WithProperty("node", options.Node);
        var formatter = new JsonLineFormatter();
        if (!quiet)
        {
            configuration.WriteTo.Async(sink => sink.Console(formatter));
        }

        if (options.LogFile is { } path)
        {
            configuration.WriteTo.Async(sink => sink.File(formatter, path, rollingInterval: RollingInterval.Day, fileSizeLimitBytes: 256 * 1024 * 1024, rollOnFileSizeLimit: true, retainedFileCountLimit: 31));
        }

        return configuration.CreateLogger();
    }

    /// <summary>The provider for Microsoft.Extensions.Logging.</summary>
    public static ILoggerProvider ProviderOf(Serilog.Core.Logger logger) => new SerilogLoggerProvider(logger, dispose: false);
}
