using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using PhiGateway.Gateway.Egress;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Formats;
using PhiGateway.Sinks.Kafka;
using PhiGateway.Tests.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>The trail in a topic: whole, in order, under TLS, and at no broker that may not be called.</summary>
public sealed class KafkaSinkTests(KafkaBrokers brokers) : IClassFixture<KafkaBrokers>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-kafka-").FullName;
    private readonly string _topic = $"trail-{Guid.NewGuid():N}";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Send_Events_StandInOrderUnderTheLogsNameAndNameNoPatient()
    {
        brokers.Make(_topic);
        await using var sink = Sink($"tcp://127.0.0.1:{brokers.Port}");
        await sink.SendAsync(Events(0, 40), TestContext.Current.CancellationToken);
        await sink.SendAsync(Events(41, 60), TestContext.Current.CancellationToken);

        var read = brokers.Read(_topic, 61);
        Assert.Equal(Enumerable.Range(0, 61).Select(static one => (long)one), read.ConvertAll(SequenceOf));
        Assert.All(read, static one => Assert.Equal(SinkSample.Log, one.Key));
        var first = read[0];
        Assert.Equal("0", Encoding.ASCII.GetString(first.Headers.GetLastBytes("sequence")));
        Assert.Equal((string?)JsonNode.Parse(first.Value)!["id"], Encoding.ASCII.GetString(first.Headers.GetLastBytes("id")));
        foreach (var patient in TestRecords.Disclosure().Patients)
        {
            Assert.DoesNotContain($"\"{patient}\"", Encoding.UTF8.GetString(first.Value), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Feed_BrokersAway_LosesNothingOnceTheyAreBack()
    {
        brokers.Make(_topic);
        await using var front = new KafkaFront(brokers.Port);
        var store = new MemoryAuditStore();
        for (var sequence = 0L; sequence < 12; sequence++)
        {
            store.Rows[sequence] = SinkSample.Stored(TestRecords.Disclosure(), sequence);
        }

        var options = Options(front.Address);
        options.BatchRecords = 5;
        await using var sink = Sink(options);
        var trail = new SinkTrail(store, "gw-01", SinkSample.Log, static () => 11, static () => 11);
        var reader = new SinkEventReader(SinkSample.Pseudonym);
        var feed = new SinkFeed(options, sink, trail, reader, Path.Combine(_folder, "kafka.cursor"), TimeProvider.System);
        await feed.StepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(7L, feed.Status.Lag);

        front.Down(true);
        await feed.StepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(7L, feed.Status.Lag);
        Assert.StartsWith("The brokers did not", feed.Status.LastError, StringComparison.Ordinal);

        front.Down(false);
        while (feed.Status.Lag > 0)
        {
            await feed.StepAsync(TestContext.Current.CancellationToken);
        }

        // In order, and what came twice is known by its place.
        var places = brokers.Read(_topic, (int)brokers.Count(_topic)).ConvertAll(SequenceOf);
        Assert.Equal(Enumerable.Range(0, 12).Select(static one => (long)one), places.Distinct());
    }

    [Fact]
    public async Task Send_OverTls_GoesToWhomTheAuthorityVouchesForAndToNobodyElse()
    {
        brokers.Make(_topic);
        using var certificate = Certificate();
        using var other = Certificate();
        await using var front = new KafkaFront(brokers.Port, certificate);
        var options = Options(front.Address);
        options.CaFile = Pem(other);
        await using (var wary = Sink(options))
        {
            var fault = await Assert.ThrowsAsync<SinkException>(() => wary.SendAsync(Events(0, 0), TestContext.Current.CancellationToken));
            Assert.DoesNotContain("127.0.0.1", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, brokers.Count(_topic));

        options.CaFile = Pem(certificate);
        options.Timeout = TimeSpan.FromMinutes(1);
        await using var trusting = Sink(options);
        await trusting.SendAsync(Events(0, 0), TestContext.Current.CancellationToken);
        Assert.Equal(1, brokers.Count(_topic));
    }

    [Fact]
    public async Task Send_ABrokerThatMayNotBeCalled_SendsNothing()
    {
        brokers.Make(_topic);
        var port = brokers.Port;
        await using var front = new KafkaFront(port, isNamed: false);
        var connector = new EgressConnector(new EgressPolicy());

        // The cluster names a broker that is another place than the configuration does.
        SinkConnect asked = (place, cancelled) =>
            place.Port == port ? throw new EgressRefusedException() : connector.ConnectAsync(place, cancelled);
        await using (var sink = Sink(Options(front.Address), asked))
        {
            var fault = await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(Events(0, 0), TestContext.Current.CancellationToken));
            Assert.Contains("Egress:Allow", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, brokers.Count(_topic));

        var elsewhere = new EgressConnector(new EgressPolicy(["10.0.0.0/8"]));
        await using (var sink = Sink(Options(front.Address), elsewhere.ConnectAsync))
        {
            await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(Events(0, 0), TestContext.Current.CancellationToken));
        }

        // The twin: the same cluster where its broker may be called.
        var patient = Options(front.Address);
        patient.Timeout = TimeSpan.FromMinutes(1);
        await using var free = Sink(patient);
        await free.SendAsync(Events(0, 0), TestContext.Current.CancellationToken);
        Assert.Equal(1, brokers.Count(_topic));
    }

    [Fact]
    public async Task Send_TopicThatIsNotThere_IsNotMade()
    {
        var address = $"tcp://127.0.0.1:{brokers.Port}";
        await using (var sink = Sink(address))
        {
            var fault = await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(Events(0, 0), TestContext.Current.CancellationToken));
            Assert.Contains("does not have the topic", fault.Message, StringComparison.Ordinal);
        }

        brokers.Make(_topic);
        await using var again = Sink(address);
        await again.SendAsync(Events(0, 0), TestContext.Current.CancellationToken);
        Assert.Equal(1, brokers.Count(_topic));
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:9092", null, "SCRAM-SHA-512", "plaintext", null)]
    [InlineData("tls://a.example, tls://b.example:9094", null, "SCRAM-SHA-512", "ssl", null)]
    [InlineData("tls://a.example", "phi", "SCRAM-SHA-512", "sasl_ssl", "SCRAM-SHA-512")]
    [InlineData("tls://a.example", "phi", "SCRAM-SHA-256", "sasl_ssl", "SCRAM-SHA-256")]
    [InlineData("tls://a.example", "phi", "PLAIN", "sasl_ssl", "PLAIN")]
    [InlineData("tcp://127.0.0.1:9092", "phi", "SCRAM-SHA-512", "sasl_plaintext", "SCRAM-SHA-512")]
    public void Settings_OfAnAddressAndAUser_SayHowTheBrokersAreSpokenTo(
        string address,
        string? user,
        string mechanism,
        string protocol,
        string? sasl
    )
    {
        var options = Options(address);
        (options.User, options.SaslMechanism) = (user, mechanism);
        var settings = KafkaSettings.Of(options, user is null ? null : "a password").ToDictionary(StringComparer.Ordinal);

        Assert.Equal(protocol, settings["security.protocol"].Replace("Sasl", "sasl_", StringComparison.Ordinal).ToLowerInvariant());
        Assert.Equal(sasl, settings.GetValueOrDefault("sasl.mechanism"));
        Assert.Equal(user, settings.GetValueOrDefault("sasl.username"));
        Assert.Contains(settings["acks"], (string[])["all", "-1"]);
        var isSafe = address.StartsWith("tls", StringComparison.Ordinal);
        Assert.Equal(isSafe ? "https" : null, settings.GetValueOrDefault("ssl.endpoint.identification.algorithm"));
        Assert.Equal(isSafe ? "true" : null, settings.GetValueOrDefault("enable.ssl.certificate.verification")?.ToLowerInvariant());
        Assert.Equal(
            address.Contains("b.example", StringComparison.Ordinal) ? "a.example:9093,b.example:9094" : settings["bootstrap.servers"],
            settings["bootstrap.servers"]
        );
    }

    private static long SequenceOf(Message<string, byte[]> message) => (long)JsonNode.Parse(message.Value)!["sequence"]!;

    private static List<SinkEvent> Events(int from, int to) =>
        [.. Enumerable.Range(from, to - from + 1).Select(static one => SinkSample.EventOf(TestRecords.Disclosure(), one))];

    private SinkOptions Options(string address) =>
        new()
        {
            Name = "kafka",
            Kind = "Kafka",
            Address = address,
            Topic = _topic,
            Timeout = TimeSpan.FromSeconds(2),
        };

    private KafkaSink Sink(string address) => Sink(Options(address));

    private static KafkaSink Sink(SinkOptions options, SinkConnect? connect = null) =>
        new(options, new JsonFormat(), connect ?? new EgressConnector(new EgressPolicy()).ConnectAsync, null, TimeProvider.System);

    private string Pem(X509Certificate2 certificate)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.pem");
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
    }
}
