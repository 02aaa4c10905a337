using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Sinks;

namespace PhiGateway.EndToEnd.Sinks;

/// <summary>
/// A node that sends its trail on to a real rsyslog and a real syslog-ng over TLS, to an OpenTelemetry receiver, to a webhook and into files.
/// </summary>
public sealed class SinkWorld : GatewayWorld
{
    private const string Secret = "a-secret-of-the-receiver-0123456789";

    internal Rsyslog Rsyslog { get; private set; } = null!;

    internal SyslogNg SyslogNg { get; private set; } = null!;

    internal WebhookReceiver Hook { get; private set; } = null!;

    internal OtlpReceiver Otlp { get; private set; } = null!;

    internal string Files => Path.Combine(Folder, "lake");

    private protected override string Provider => "Sqlite";

    private protected override object Telemetry => new { Prometheus = true };

    private TlsFiles Tls { get; set; } = null!;

    private int Port { get; } = LoopbackPort.Free();

    private int OtherPort { get; } = LoopbackPort.Free();

    public override async ValueTask InitializeAsync()
    {
        Hook = await WebhookReceiver.StartAsync(Secret);
        Otlp = await OtlpReceiver.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Rsyslog.DisposeAsync();
        await SyslogNg.DisposeAsync();
        await Hook.DisposeAsync();
        await Otlp.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>What the files hold, in the order in which it was written.</summary>
    internal string TextOfFiles() =>
        Directory.Exists(Files)
            ? string.Concat(Directory.GetFiles(Files, "*.ndjson").Order(StringComparer.Ordinal).Select(File.ReadAllText))
            : string.Empty;

    private protected override void Shape(JsonObject configuration)
    {
        Tls = TlsFiles.Create(Folder);
        Rsyslog = Rsyslog.Prepare(Path.Combine(Folder, "rsyslog"), Port, Tls);
        SyslogNg = SyslogNg.Prepare(Path.Combine(Folder, "syslog-ng"), OtherPort, Tls);
        var secret = Path.Combine(Folder, "hook.secret");
        File.WriteAllText(secret, Secret);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        configuration["PhiGateway"]!["Sinks"] = new JsonArray(
            new JsonObject
            {
                ["Name"] = "siem",
                ["Kind"] = "Syslog",
                ["Address"] = $"tls://127.0.0.1:{Port}",
                ["CaFile"] = Tls.Certificate,
                ["Resend"] = "00:00:20",
            },
            new JsonObject
            {
                ["Name"] = "siem-ng",
                ["Kind"] = "Syslog",
                ["Format"] = "Cef",
                ["Address"] = $"tls://127.0.0.1:{OtherPort}",
                ["CaFile"] = Tls.Certificate,
                ["CertificateFile"] = Tls.Certificate,
                ["CertificateKeyFile"] = Tls.Key,
                ["Resend"] = "00:00:20",
            },
            new JsonObject
            {
                ["Name"] = "hook",
                ["Kind"] = "Webhook",
                ["Format"] = "Json",
                ["Address"] = Hook.Address,
                ["Secret"] = $"file:{secret}",
                ["BatchRecords"] = 5,
            },
            new JsonObject
            {
                ["Name"] = "otel",
                ["Kind"] = "Otlp",
                ["Address"] = Otlp.Address,
                ["BatchRecords"] = 5,
            },
            new JsonObject
            {
                ["Name"] = "lake",
                ["Kind"] = "File",
                ["Format"] = "Json",
                ["Directory"] = Files,
            }
        );
    }
}
