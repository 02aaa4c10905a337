using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Egress;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Mail;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Sinks;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>Alerts as e-mail at a mail server: the gateway's words, to whom the configuration says, and nothing else.</summary>
public sealed class MailSinkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-mail-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Send_AlertsAmongOtherEvents_AreOneMessageInTheGatewaysWords()
    {
        await using var server = SmtpReceiver.Start();
        await using var sink = Sink(server.Address, "secret-of-the-server", "gateway");
        await sink.SendAsync(
            [Event(TestRecords.Disclosure(), 0), Event(Alert("record-scraping"), 1), Event(Alert("two-places", "urgent"), 2)],
            default
        );

        var mail = Assert.Single(server.Mails);
        Assert.Contains("gateway@hospital.example", mail.From, StringComparison.Ordinal);
        Assert.Equal(2, mail.To.Count);
        Assert.Contains("Subject: PHI Gateway: urgent: two-places and 1 more", mail.Text, StringComparison.Ordinal);
        Assert.Contains("more patients than ever", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated", mail.Text, StringComparison.Ordinal);
        foreach (var patient in TestRecords.Disclosure().Patients)
        {
            Assert.DoesNotContain(patient, mail.Text, StringComparison.Ordinal);
        }

        Assert.Single(server.SignIns);
    }

    [Fact]
    public async Task Send_NothingThatIsAnAlert_CallsNobody()
    {
        await using var server = SmtpReceiver.Start();
        await using var sink = Sink(server.Address);
        await sink.SendAsync([Event(TestRecords.Disclosure(), 0), Event(Alert("odd", actor: "olga@hospital.example"), 1)], default);

        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task Send_AnEmergencyUse_KeepsTheClientsWordsBehind()
    {
        await using var server = SmtpReceiver.Start();
        await using var sink = Sink(server.Address);
        await sink.SendAsync([Event(Alert("break-glass"), 0)], default);

        Assert.DoesNotContain("more patients than ever", Assert.Single(server.Mails).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_NamesWithLines_MakeNoHeaderAndNoLineOfTheirOwn()
    {
        await using var server = SmtpReceiver.Start();
        await using var sink = Sink(server.Address);
        await sink.SendAsync([Event(Alert("odd\\r\\nBcc: thief@example.org", words: "a\\r\\n.\\r\\nMAIL FROM:<x@y>"), 0)], default);

        var mail = Assert.Single(server.Mails);
        Assert.Equal(2, mail.To.Count);
        Assert.DoesNotContain(mail.Text.Split('\n'), static line => line.StartsWith("Bcc:", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(mail.Text.Split('\n'), static line => line.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_ServerThatRefuses_IsAFailure_AndTheRepetitionHasTheSameId()
    {
        await using var server = SmtpReceiver.Start();
        server.Answers.Enqueue("451 p-1 later");
        await using var sink = Sink(server.Address);
        SinkEvent[] events = [Event(Alert("odd"), 7)];
        var fault = await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(events, default));
        Assert.DoesNotContain("p-1", fault.Message, StringComparison.Ordinal);
        await sink.SendAsync(events, default);
        await sink.SendAsync(events, default);

        var ids = server.Mails.Select(static mail =>
            mail.Text.Split('\n').Single(static line => line.StartsWith("Message-Id", StringComparison.OrdinalIgnoreCase))
        );
        Assert.Equal(2, server.Mails.Count);
        Assert.Single(ids.Distinct());
    }

    [Fact]
    public async Task Send_OverTls_IsTakenByTheServerThatIsTrusted_AndNoOther()
    {
        var trusted = Certificate("trusted.pem");
        await using var server = SmtpReceiver.Start(trusted);
        await using var sink = Sink(server.Address, ca: Path.Combine(_folder, "trusted.pem"));
        await sink.SendAsync([Event(Alert("odd"), 0)], default);
        Assert.Single(server.Mails);

        await using var other = SmtpReceiver.Start(Certificate("other.pem"));
        await using var wary = Sink(other.Address, ca: Path.Combine(_folder, "trusted.pem"));
        await Assert.ThrowsAsync<SinkException>(() => wary.SendAsync([Event(Alert("odd"), 0)], default));
        Assert.Empty(other.Mails);
    }

    [Fact]
    public async Task Send_WhereEgressDoesNotPermitIt_CallsNobody()
    {
        await using var server = SmtpReceiver.Start();
        await using var sink = Sink(server.Address, egress: new EgressPolicy(["192.0.2.0/24"]));

        await Assert.ThrowsAnyAsync<Exception>(() => sink.SendAsync([Event(Alert("odd"), 0)], default));
        Assert.Empty(server.Mails);
    }

    private MailSink Sink(string address, string? password = null, string? user = null, string? ca = null, EgressPolicy? egress = null)
    {
        var options = new SinkOptions
        {
            Name = "mail",
            Kind = "Mail",
            Address = address,
            From = "gateway@hospital.example",
            To = ["soc@hospital.example", "privacy@hospital.example"],
            User = user,
            CaFile = ca,
        };
        return new MailSink(options, new TlsTrust(options), new EgressConnector(egress ?? new EgressPolicy()).ConnectAsync, password);
    }

    private static SinkEvent Event(AuditRecord record, long place) =>
        new SinkEventReader(SinkSample.Pseudonym).Read(SinkSample.Stored(record, place));

    private static AuditRecord Alert(
        string kind,
        string severity = "warning",
        string actor = "system",
        string words = "more patients than ever"
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(),
            Kind = AuditKind.Admin,
            Event = "alert.raise",
            Time = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero),
            Actor = actor,
            Target = "alert/a-1",
            After =
                $$"""{"id":"a-1","kind":"{{kind}}","subject":"client/x","severity":"{{severity}}","lane":"act","evidence":"{{words}}"}""",
        };

    private X509Certificate2 Certificate(string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_folder, file), made.ExportCertificatePem());
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
