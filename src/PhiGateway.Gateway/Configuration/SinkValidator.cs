using PhiGateway.Gateway.Egress;
using PhiGateway.Identity.Common;
using PhiGateway.Sinks.Configuration;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Validates where the trail is sent on to: what each kind of sink needs, and that its address may be called.</summary>
internal static class SinkValidator
{
    /// <summary>The shortest secret that signs.</summary>
    public const int LeastSecret = 32;

    private const int MostRecipients = 20;

    private static readonly string[] Kinds = ["Syslog", "Otlp", "File", "Webhook", "Kafka", "Mail"];
    private static readonly string[] Formats = ["Ocsf", "Cef", "Json"];

    // The words of records' kinds.
    private static readonly string[] Records =
    [
        "decision",
        "disclosure",
        "intent",
        "outcome",
        "delivery",
        "auth",
        "admin",
        "override",
        "system",
        "audit-use",
        "detection",
        "hold",
    ];

    /// <summary>Adds every problem found.</summary>
    public static void Validate(GatewayOptions options, Action<string, string> add)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Sinks.Count; i++)
        {
            var at = $"Sinks:{i}:";
            Validate(options.Sinks[i], (key, words) => add(at + key, words));
            if (!names.Add(options.Sinks[i].Name))
            {
                add(at + "Name", "stands twice: each sink has a cursor of its own name.");
            }

            var sink = options.Sinks[i];
            if (sink.Address is not { } address)
            {
                continue;
            }

            // Of Kafka's brokers several are named, and each is an address of its own.
            var flaw = (sink.Kind == "Kafka" ? address.Split(',', StringSplitOptions.TrimEntries) : [address])
                .Select(one => AddressFlaw(sink, one, options.Egress.Allow))
                .FirstOrDefault(static words => words is not null);
            if (flaw is not null)
            {
                add(at + "Address", $"{flaw}.");
            }
        }
    }

    private static void Validate(SinkOptions sink, Action<string, string> add)
    {
        if (sink.Name.Length is 0 or > 32 || !sink.Name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            add("Name", "is required: 1 to 32 lower-case letters, digits and dashes.");
        }

        if (!Kinds.Contains(sink.Kind))
        {
            add("Kind", "must be Syslog, Otlp, File, Webhook, Kafka or Mail.");
            return;
        }

        if (!Formats.Contains(sink.Format) || (sink.Format == "Cef" && sink.Kind != "Syslog"))
        {
            add("Format", "must be Ocsf or Json, or for syslog also Cef.");
        }

        if (sink.Events.Any(static name => !IsEvent(name)))
        {
            add("Events", "must be names of events, such as 'alert.raise', or of a family, such as 'alert.*'.");
        }

        if (sink.Kinds.Any(static kind => !Records.Contains(kind)))
        {
            add("Kinds", $"must be of these: {string.Join(", ", Records)}.");
        }

        if (sink.Start is not ("Beginning" or "Now"))
        {
            add("Start", "must be Beginning or Now.");
        }

        Ranges(sink, add);
        Needs(sink, add);
        Files(sink, add);
    }

    private static void Ranges(SinkOptions sink, Action<string, string> add)
    {
        if (sink.Resend < TimeSpan.FromSeconds(1) || sink.Resend > TimeSpan.FromHours(1))
        {
            add("Resend", "must be between 1 second and 1 hour.");
        }

        if (sink.Timeout < TimeSpan.FromSeconds(1) || sink.Timeout > TimeSpan.FromMinutes(5))
        {
            add("Timeout", "must be between 1 second and 5 minutes.");
        }

        if (sink.BatchRecords is < 1 or > 1000)
        {
            add("BatchRecords", "must be between 1 and 1000.");
        }

        if (!ByteSize.TryParse(sink.RotateAt, out var rotate) || rotate < 64 * 1024)
        {
            add("RotateAt", "must be a size of at least 64 KiB, such as 64 MiB.");
        }
        else if (!ByteSize.TryParse(sink.Keep, out var keep) || keep < 2 * rotate)
        {
            add("Keep", "must be a size of at least twice RotateAt, such as 4 GiB.");
        }
    }

    private static void Needs(SinkOptions sink, Action<string, string> add)
    {
        if (sink.Kind == "File")
        {
            if (string.IsNullOrEmpty(sink.Directory))
            {
                add("Directory", "is required for a file sink.");
            }

            return;
        }

        if (string.IsNullOrEmpty(sink.Address))
        {
            add(
                "Address",
                "is required: tls://host:port for syslog, https://… for a webhook or OTLP, smtps://host for mail, "
                    + "tls://broker:9093 for Kafka."
            );
        }

        if (sink.Kind == "Mail")
        {
            Mail(sink, add);
        }

        if (sink.Kind == "Kafka")
        {
            KafkaSinkRules.Validate(sink, add);
        }

        if (sink.Kind == "Otlp")
        {
            Authorization(sink.Secret, add);
        }

        if (sink.Kind != "Webhook")
        {
            return;
        }

        if (sink.Secret is null)
        {
            add("Secret", "is required for a webhook: without a signature its receiver believes anybody.");
        }

        Secret(sink.Secret, "Secret", add);
        Secret(sink.OldSecret, "OldSecret", add);
    }

    private static void Mail(SinkOptions sink, Action<string, string> add)
    {
        if (!IsMailbox(sink.From))
        {
            add("From", "is required for mail: one plain address, such as gateway@hospital.example.");
        }

        if (sink.To.Count is 0 or > MostRecipients || !sink.To.All(IsMailbox))
        {
            add("To", $"is required for mail: 1 to {MostRecipients} plain addresses.");
        }

        if (sink.User is null != sink.Secret is null)
        {
            add("User", "and Secret are given together.");
        }

        if (sink.Secret is { } reference && !SecretReference.TryResolve(reference, out _, out var why))
        {
            add("Secret", why);
        }
    }

    // One address and nothing else: no name, no list, no line.
    private static bool IsMailbox(string? text) =>
        text is { Length: <= 254 }
        && text.Split('@') is [{ Length: > 0 } local, { Length: > 0 } host]
        && (local + host).All(static letter => char.IsAsciiLetterOrDigit(letter) || ".-_+".Contains(letter, StringComparison.Ordinal));

    private static void Authorization(string? reference, Action<string, string> add)
    {
        if (reference is null)
        {
            return;
        }

        if (!SecretReference.TryResolve(reference, out var value, out var why))
        {
            add("Secret", why);
        }
        else if (value.Length == 0 || value.Any(static letter => letter is < ' ' or > '~'))
        {
            add("Secret", "must name what stands in Authorization: one line, such as 'Bearer …'.");
        }
        else if (SecretReference.FindRightsFlaw(reference) is { } flaw)
        {
            add("Secret", $"{flaw}.");
        }
    }

    private static void Secret(string? reference, string key, Action<string, string> add)
    {
        if (reference is null)
        {
            return;
        }

        if (!SecretReference.TryResolve(reference, out var secret, out var why))
        {
            add(key, why);
        }
        else if (secret.Length < LeastSecret)
        {
            add(key, $"must name a secret of at least {LeastSecret} characters.");
        }
        else if (SecretReference.FindRightsFlaw(reference) is { } flaw)
        {
            add(key, $"{flaw}.");
        }
    }

    private static void Files(SinkOptions sink, Action<string, string> add)
    {
        foreach (
            var (key, path) in new[]
            {
                ("CaFile", sink.CaFile),
                ("CertificateFile", sink.CertificateFile),
                ("CertificateKeyFile", sink.CertificateKeyFile),
            }
        )
        {
            if (path is not null && !File.Exists(path))
            {
                add(key, "is no file.");
            }
        }

        if (File.Exists(sink.CaFile) && !PemFiles.HoldCertificates(sink.CaFile))
        {
            add("CaFile", "holds no certificate in PEM.");
        }

        if (sink.CertificateFile is null != sink.CertificateKeyFile is null)
        {
            add("CertificateKeyFile", "and CertificateFile are given together.");
        }
        else if (sink.CertificateKeyFile is { } key && KeyFileRights.FindFlaw(key) is { } flaw)
        {
            add("CertificateKeyFile", $"{flaw}.");
        }
        else if (
            File.Exists(sink.CertificateFile)
            && File.Exists(sink.CertificateKeyFile)
            && !PemFiles.Fit(sink.CertificateFile, sink.CertificateKeyFile)
        )
        {
            add("CertificateFile", "and CertificateKeyFile cannot be read, or do not fit each other.");
        }
    }

    private static string? AddressFlaw(SinkOptions sink, string address, IReadOnlyList<string> allowed)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            return "must be an address such as tls://siem.hospital.example:6514";
        }

        var (safe, plain) = sink.Kind switch
        {
            "Syslog" or "Kafka" => ("tls", "tcp"),
            "Mail" => ("smtps", "smtp"),
            _ => ("https", "http"),
        };
        if (uri.Scheme != safe && uri.Scheme != plain)
        {
            return $"must begin with {safe}:// or {plain}://";
        }

        if (uri.Scheme == plain && !uri.IsLoopback && !sink.AllowPlain)
        {
            return "leaves this machine without TLS, which only AllowPlain permits";
        }

        // The same rules as for every other address that is called.
        var web = uri.Scheme is "tls" or "tcp" or "smtps" or "smtp" ? string.Concat("https", address.AsSpan(uri.Scheme.Length)) : address;
        return new EgressPolicy(allowed).FindFlaw(web);
    }

    private static bool IsEvent(string? name) =>
        name is { Length: > 0 and <= 64 }
        && name.Replace(".*", string.Empty, StringComparison.Ordinal) is { Length: > 0 } plain
        && plain.All(static letter => char.IsAsciiLetterLower(letter) || letter is '.' or '-')
        && (!name.Contains('*', StringComparison.Ordinal) || name.EndsWith(".*", StringComparison.Ordinal));
}
