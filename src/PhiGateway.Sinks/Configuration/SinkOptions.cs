namespace PhiGateway.Sinks.Configuration;

/// <summary>
/// What an operator writes about one place that the trail is sent on to: a syslog receiver, an OpenTelemetry collector, a folder of
/// files, a webhook, a topic or people's mail. What is sent never holds PHI.
/// </summary>
public sealed class SinkOptions
{
    /// <summary>Its name in cursors, metrics and readiness: 1 to 32 lower-case letters, digits and dashes. Required.</summary>
    public string Name { get; set; } = string.Empty;

    /// <summary>Syslog, Otlp, File, Webhook, Kafka or Mail. Required.</summary>
    public string Kind { get; set; } = string.Empty;

    /// <summary>Ocsf, Cef (syslog only) or Json (the gateway's own members); default Ocsf. Otlp and Mail have a form of their own.</summary>
    public string Format { get; set; } = "Ocsf";

    /// <summary>
    /// Where it is: <c>tls://siem.hospital.example:6514</c> or <c>tcp://…</c> for syslog, <c>https://…</c> for a webhook and for Otlp
    /// (without a path: <c>/v1/logs</c>), <c>smtps://…</c> for Mail, one or several <c>tls://broker:9093</c> with commas between them for
    /// Kafka; http, tcp and smtp only where the address is this machine's own or <see cref="AllowPlain"/> says so.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>Security: lets events leave this machine without TLS; default false. They hold no PHI, but names, addresses and hashes.</summary>
    public bool AllowPlain { get; set; }

    /// <summary>PEM file of the authorities that the receiver's certificate must lead to; null: those of the machine.</summary>
    public string? CaFile { get; set; }

    /// <summary>PEM certificate that the gateway shows to the receiver; null: none.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM private key of <see cref="CertificateFile"/>.</summary>
    public string? CertificateKeyFile { get; set; }

    /// <summary>
    /// By reference (<c>env:NAME</c>, <c>file:/path</c>): the secret that signs a webhook's calls, at least 32 characters; for Otlp what
    /// stands in <c>Authorization</c>, such as <c>Bearer …</c>; for Mail and Kafka the password.
    /// </summary>
    public string? Secret { get; set; }

    /// <summary>Who an e-mail is from; required for Mail.</summary>
    public string From { get; set; } = string.Empty;

    /// <summary>To whom alerts go as e-mail, at most 20; required for Mail. Security: addresses never come out of what is sent.</summary>
    public IReadOnlyList<string> To { get; set; } = [];

    /// <summary>
    /// Name by which the gateway signs in to the mail server or the brokers, with <see cref="Secret"/> as password; null: it does not.
    /// </summary>
    public string? User { get; set; }

    /// <summary>The topic that events go to, which is there already; required for Kafka.</summary>
    public string Topic { get; set; } = string.Empty;

    /// <summary>How <see cref="User"/> signs in to Kafka: SCRAM-SHA-512, the default, SCRAM-SHA-256 or PLAIN.</summary>
    public string SaslMechanism { get; set; } = "SCRAM-SHA-512";

    /// <summary>The secret before it, by reference: both sign until the receiver knows the new one; null: none.</summary>
    public string? OldSecret { get; set; }

    /// <summary>Folder of a file sink, writable; required for one.</summary>
    public string? Directory { get; set; }

    /// <summary>Size at which a file is closed and the next one begun; default 64 MiB.</summary>
    public string RotateAt { get; set; } = "64 MiB";

    /// <summary>
    /// Most that the files of a folder may hold together; the oldest are removed beyond it, read or not. Default 4 GiB.
    /// </summary>
    public string Keep { get; set; } = "4 GiB";

    /// <summary>Kinds of record that are sent, such as <c>decision</c>, <c>override</c>; empty, the default: all of them.</summary>
    public IReadOnlyList<string> Kinds { get; set; } = [];

    /// <summary>
    /// Events that are sent, such as <c>alert.raise</c>, or all of a family, such as <c>alert.*</c>; empty, the default: all of the kinds.
    /// </summary>
    public IReadOnlyList<string> Events { get; set; } = [];

    /// <summary>
    /// Where a sink begins that has no cursor yet: Beginning (of this node's records in the store), the default, or Now.
    /// </summary>
    public string Start { get; set; } = "Beginning";

    /// <summary>
    /// How long what was sent over syslog is kept ready to be sent again, since that protocol acknowledges nothing; default 30 seconds, 1
    /// second to 1 hour.
    /// </summary>
    public TimeSpan Resend { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one call or one write may take; default 20 seconds, 1 second to 5 minutes.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Most records of one batch or call; default 200, 1 to 1000.</summary>
    public int BatchRecords { get; set; } = 200;
}
