using Xunit;
using static PhiGateway.Tests.Gateway.Configuration.ConfigurationFixture;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>What an operator may get wrong about where the trail is sent on to.</summary>
public sealed class SinkConfigurationTests
{
    private const string Sink = ConfigurationFixture.Gateway + "Sinks:0:";

    private static readonly (string, string?)[] Good =
    [
        (Sink + "Name", "soc"),
        (Sink + "Kind", "Syslog"),
        (Sink + "Address", "tls://siem.hospital.example:6514"),
    ];

    private static readonly (string, string?)[] Kafka =
    [
        (Sink + "Name", "lake"),
        (Sink + "Kind", "Kafka"),
        (Sink + "Address", "tls://kafka-1.example:9093, tls://kafka-2.example:9093"),
        (Sink + "Topic", "phi-gateway.trail"),
    ];

    /// <summary>Key that is set, its value, key that the problem names.</summary>
    public static TheoryData<string, string?, string> Wrong =>
        new()
        {
            { "Name", null, "Name" },
            { "Name", "../soc", "Name" },
            { "Name", "SOC", "Name" },
            { "Kind", "Pigeon", "Kind" },
            { "Format", "Leef", "Format" },
            { "Kinds:0", "gossip", "Kinds" },
            { "Start", "Yesterday", "Start" },
            { "Resend", "00:00:00", "Resend" },
            { "Timeout", "01:00:00", "Timeout" },
            { "BatchRecords", "0", "BatchRecords" },
            { "RotateAt", "1 KiB", "RotateAt" },
            { "Keep", "64 MiB", "Keep" },
            { "Address", null, "Address" },
            { "Address", "siem.hospital.example", "Address" },
            { "Address", "tcp://siem.hospital.example:514", "Address" },
            { "Address", "https://siem.hospital.example", "Address" },
            { "Address", "tls://169.254.169.254:6514", "Address" },
            { "Address", "tls://user@siem.hospital.example:6514", "Address" },
            { "CaFile", "/nowhere/ca.pem", "CaFile" },
            { "CertificateKeyFile", "/nowhere/key.pem", "CertificateKeyFile" },
            { "Surprise", "1", "Surprise" },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Validate_SyslogSinkWithAFlaw_NamesTheKey(string key, string? value, string expected)
    {
        var problems = Problems([.. Good, (Sink + key, value)]);

        Assert.Contains(problems, problem => problem.Key == Sink + expected);
    }

    [Theory]
    [InlineData("Address", "tls://siem.hospital.example:6514")]
    [InlineData("Address", "tcp://127.0.0.1:514")]
    [InlineData("Format", "Cef")]
    [InlineData("Kinds:0", "audit-use")]
    public void Validate_GoodSyslogSink_HasNoProblem(string key, string value) => Assert.Empty(Problems([.. Good, (Sink + key, value)]));

    [Fact]
    public void Validate_WebhookWithoutSecretOrWithCef_IsAProblem_AndPlainHttpWhereItSaysSo()
    {
        (string, string?)[] hook = [(Sink + "Name", "hook"), (Sink + "Kind", "Webhook"), (Sink + "Address", "https://hook.example/phi")];
        Assert.Contains(Problems(hook), problem => problem.Key == Sink + "Secret");

        Environment.SetEnvironmentVariable("PHIGW_TEST_HOOK_SECRET", "a-secret-of-the-receiver-0123456789");
        (string, string?)[] signed = [.. hook, (Sink + "Secret", "env:PHIGW_TEST_HOOK_SECRET")];
        Assert.Empty(Problems(signed));
        Assert.Contains(Problems([.. signed, (Sink + "Format", "Cef")]), problem => problem.Key == Sink + "Format");
        Assert.Contains(Problems([.. signed, (Sink + "Address", "http://hook.example/phi")]), problem => problem.Key == Sink + "Address");
        Assert.Empty(Problems([.. signed, (Sink + "Address", "http://hook.example/phi"), (Sink + "AllowPlain", "true")]));
    }

    [Fact]
    public void Validate_OtlpWithoutTlsOrWithAFlawedCredential_IsAProblem_AndPlainlyNamedOneIsNone()
    {
        (string, string?)[] otlp = [(Sink + "Name", "otel"), (Sink + "Kind", "Otlp"), (Sink + "Address", "https://otel.example:4318")];
        Assert.Empty(Problems(otlp));
        Assert.Contains(Problems([.. otlp, (Sink + "Address", "http://otel.example:4318")]), problem => problem.Key == Sink + "Address");
        Assert.Contains(Problems([.. otlp, (Sink + "Secret", "Bearer plain")]), problem => problem.Key == Sink + "Secret");

        Environment.SetEnvironmentVariable("PHIGW_TEST_OTLP", "Bearer abc");
        Environment.SetEnvironmentVariable("PHIGW_TEST_OTLP_LINES", "Bearer abc\r\nHost: other");
        Assert.Empty(Problems([.. otlp, (Sink + "Secret", "env:PHIGW_TEST_OTLP")]));
        Assert.Contains(Problems([.. otlp, (Sink + "Secret", "env:PHIGW_TEST_OTLP_LINES")]), problem => problem.Key == Sink + "Secret");
    }

    [Theory]
    [InlineData("Topic", null, "Topic")]
    [InlineData("Topic", "..", "Topic")]
    [InlineData("Topic", "trail of north", "Topic")]
    [InlineData("Address", "tls://kafka-1.example:9093,tcp://127.0.0.1:9092", "Address")]
    [InlineData("Address", "tls://kafka-1.example:9093,tls://169.254.169.254:9093", "Address")]
    [InlineData("Address", "tls://kafka-1.example:9093,", "Address")]
    [InlineData("Address", "tcp://kafka-1.example:9092", "Address")]
    [InlineData("User", "phi", "User")]
    [InlineData("Secret", "env:PHIGW_TEST_KAFKA", "User")]
    [InlineData("SaslMechanism", "GSSAPI", "SaslMechanism")]
    [InlineData("Format", "Cef", "Format")]
    public void Validate_KafkaSinkWithAFlaw_NamesTheKey(string key, string? value, string expected)
    {
        Environment.SetEnvironmentVariable("PHIGW_TEST_KAFKA", "a password");

        Assert.Contains(Problems([.. Kafka, (Sink + key, value)]), problem => problem.Key == Sink + expected);
    }

    [Fact]
    public void Validate_GoodKafkaSinks_HaveNoProblem_AndAPasswordInTheOpenIsOne()
    {
        Environment.SetEnvironmentVariable("PHIGW_TEST_KAFKA", "a password");
        Assert.Empty(Problems(Kafka));
        (string, string?)[] signed = [.. Kafka, (Sink + "User", "phi"), (Sink + "Secret", "env:PHIGW_TEST_KAFKA")];
        Assert.Empty(Problems(signed));
        Assert.Empty(Problems([.. signed, (Sink + "SaslMechanism", "PLAIN")]));

        (string, string?)[] plain = [.. signed, (Sink + "Address", "tcp://kafka-1.example:9092"), (Sink + "AllowPlain", "true")];
        Assert.Empty(Problems(plain));
        Assert.Contains(Problems([.. plain, (Sink + "SaslMechanism", "PLAIN")]), problem => problem.Key == Sink + "SaslMechanism");
    }

    [Fact]
    public void Validate_FileSinkWithoutFolderAndTwoOfOneName_AreProblems()
    {
        (string, string?)[] file = [(Sink + "Name", "lake"), (Sink + "Kind", "File")];
        Assert.Contains(Problems(file), problem => problem.Key == Sink + "Directory");

        (string, string?)[] two =
        [
            .. file,
            (Sink + "Directory", "lake"),
            (ConfigurationFixture.Gateway + "Sinks:1:Name", "lake"),
            (ConfigurationFixture.Gateway + "Sinks:1:Kind", "File"),
            (ConfigurationFixture.Gateway + "Sinks:1:Directory", "lake"),
        ];
        Assert.Contains(Problems(two), problem => problem.Key == ConfigurationFixture.Gateway + "Sinks:1:Name");
    }
}
