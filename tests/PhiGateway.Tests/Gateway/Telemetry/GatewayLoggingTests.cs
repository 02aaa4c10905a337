using Microsoft.Extensions.Logging;
using PhiGateway.Gateway.Telemetry;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Xunit;

namespace PhiGateway.Tests.Gateway.Telemetry;

/// <summary>The second fence: what is declared as a patient's data is gone before any sink sees it.</summary>
public sealed partial class GatewayLoggingTests
{
    [Fact]
    public void Log_ClassifiedParameter_IsErased()
    {
        var line = LineOf(static log => Found(log, "canary-patient-5c1e", 7));

        Assert.DoesNotContain("canary-patient-5c1e", line);
        Assert.Contains("Found {Patient} in {Count}", line);
    }

    [Fact]
    public void Log_OtherParameter_Stays()
    {
        var line = LineOf(static log => Counted(log, "roster-a", 7));

        Assert.Contains("\"Roster\":\"roster-a\"", line);
        Assert.Contains("\"Count\":7", line);
    }

    // The very line that a sink of the product would write.
    private static string LineOf(Action<Microsoft.Extensions.Logging.ILogger> write)
    {
        using var lines = new StringWriter();
        using var serilog = new LoggerConfiguration().WriteTo.Sink(new Lines(lines)).CreateLogger();
        using (var loggers = LoggerFactory.Create(logging => logging.AddGatewayLog(serilog)))
        {
            write(loggers.CreateLogger("test"));
        }

        return lines.ToString();
    }

    [LoggerMessage(1, LogLevel.Information, "Found {Patient} in {Count}")]
    private static partial void Found(Microsoft.Extensions.Logging.ILogger log, [PatientData] string patient, int count);

    [LoggerMessage(2, LogLevel.Information, "Counted {Roster}: {Count}")]
    private static partial void Counted(Microsoft.Extensions.Logging.ILogger log, string roster, int count);

    private sealed class Lines(TextWriter output) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => new JsonLineFormatter().Format(logEvent, output);
    }
}
