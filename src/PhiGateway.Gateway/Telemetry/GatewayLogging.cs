using Microsoft.Extensions.Compliance.Redaction;
using PhiGateway.Gateway.Configuration;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace PhiGateway.Gateway.Telemetry;

/// <summary>Sets Serilog up: JSON lines, and the frameworks' own request logging off, since it would write URLs.</summary>
internal static class GatewayLogging
{
    // Categories whose messages carry URLs, headers or exception texts of foreign systems.
    private static readonly string[] Silenced =
    [
        "Microsoft.AspNetCore",
        "Yarp",
        "System.Net.Http",
        "Microsoft.IdentityModel",
        "Microsoft.EntityFrameworkCore",
        "Npgsql",
    ];

    /// <summary>Makes the logger; the caller disposes it.</summary>
    /// <param name="options">Where logs go.</param>
    /// <param name="quiet">Warnings and worse only, for the demonstration's console.</param>
    /// <exception cref="IOException">No log can be written where <see cref="GatewayOptions.LogFile"/> says; also
    /// <see cref="UnauthorizedAccessException"/>.</exception>
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
            Probe(path);
            configuration.WriteTo.Async(sink =>
                sink.File(
                    formatter,
                    path,
                    rollingInterval: RollingInterval.Day,
                    fileSizeLimitBytes: 256 * 1024 * 1024,
                    rollOnFileSizeLimit: true,
                    retainedFileCountLimit: 31
                )
            );
        }

        return configuration.CreateLogger();
    }

    // The sink would fail in the background and say nothing.
    private static void Probe(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        File.Create(Path.Combine(folder, $".phigw-{System.Environment.ProcessId}"), 1, FileOptions.DeleteOnClose).Dispose();
    }

    /// <summary>
    /// Makes Serilog the only place where an application's log goes, with classified parameters erased on the way; each plane and the host
    /// call it.
    /// </summary>
    /// <remarks>
    /// As a provider, not in place of the factory as <c>UseSerilog</c> would: the factory is what filters by category and erases.
    /// </remarks>
    public static ILoggingBuilder AddGatewayLog(this ILoggingBuilder logging, Serilog.Core.Logger logger)
    {
        logging.Services.AddRedaction(static redaction =>
            redaction.SetFallbackRedactor<ErasingRedactor>().SetRedactor<ErasingRedactor>(PatientDataAttribute.Class)
        );
        return logging
            .AddProvider(new SerilogLoggerProvider(logger, dispose: false))
            .SetMinimumLevel(LogLevel.Information)
            .EnableRedaction();
    }
}
