using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Ingress.Wire;
using Xunit;

namespace PhiGateway.Tests.Gateway.Ingress;

public sealed class PeerAddressTests
{
    private const string Proxy = "10.0.0.7";

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1, 203.0.113.9, 10.0.0.8", "203.0.113.9")]
    [InlineData("nonsense, 203.0.113.9:4711", "203.0.113.9")]
    [InlineData("2001:db8::9", "2001:db8::9")]
    [InlineData("[2001:db8::9]:4711", "2001:db8::9")]
    [InlineData("10.0.0.9,10.0.0.8", "10.0.0.9")]
    public void Apply_ForwardedByAListedProxy_IsTheRightMostStranger(string header, string expected)
    {
        var http = Request(Proxy, ("X-Forwarded-For", header));

        Apply(http);

        Assert.Equal(expected, http.Connection.RemoteIpAddress!.ToString());
        Assert.Null(http.Features.Get<WireFlaw>());
    }

    [Theory]
    [InlineData("for=203.0.113.9;proto=https", "203.0.113.9")]
    [InlineData("for=127.0.0.1, proto=https;For=\"[2001:db8::9]:80\"", "2001:db8::9")]
    [InlineData("for=\"203.0.113.9:80\";by=10.0.0.8", "203.0.113.9")]
    public void Apply_StandardHeader_IsReadWhereItIsConfigured(string header, string expected)
    {
        var http = Request(Proxy, ("Forwarded", header), ("X-Forwarded-For", "192.0.2.1"));

        Apply(http, header: "Forwarded");

        Assert.Equal(expected, http.Connection.RemoteIpAddress!.ToString());
    }

    // A client chooses its Host, and a proxy tells it on: quoted, it says nothing of whose address it is.
    [Theory]
    [InlineData("for=203.0.113.9;host=\"a,for=127.0.0.1\"")]
    [InlineData("for=203.0.113.9;host=\"a,for=127.0.0.1;b\"")]
    [InlineData("for=203.0.113.9;host=\"a,for=127.0.0.1;b\";proto=https")]
    [InlineData("host=\"a;for=127.0.0.1;b\";for=203.0.113.9")]
    [InlineData("for=198.51.100.1;host=\"b, for=127.0.0.1\", for=203.0.113.9;host=\"ehr.example\"")]
    [InlineData("for=127.0.0.1;for=127.0.0.1, for=203.0.113.9")]
    public void Apply_AddressWithinAQuotedText_IsNobodys(string header)
    {
        var http = Request(Proxy, ("Forwarded", header));

        Apply(http, header: "Forwarded");

        Assert.Equal("203.0.113.9", http.Connection.RemoteIpAddress!.ToString());
        Assert.Null(http.Features.Get<WireFlaw>());
    }

    [Theory]
    [InlineData(Proxy, "203.0.113.9", 204)]
    [InlineData(Proxy, "unknown", 400)]
    [InlineData(Proxy, "203.0.113.9, ", 400)]
    [InlineData("203.0.113.50", "unknown", 204)]
    public async Task Use_InFrontOfAPlaneWithoutIngress_RefusesWhatCannotBeRead(string peer, string header, int expected)
    {
        var app = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());
        new PeerAddress(new TrustedProxyOptions { Addresses = ["10.0.0.0/8"] }).Use(app);
        app.Run(static http =>
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        var http = Request(peer, ("X-Forwarded-For", header));

        await app.Build()(http);

        Assert.Equal(expected, http.Response.StatusCode);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "unknown")]
    [InlineData("X-Forwarded-For", "203.0.113.9, ")]
    [InlineData("X-Forwarded-For", "2130706433")]
    [InlineData("X-Forwarded-For", "127.1")]
    [InlineData("X-Forwarded-For", "203.0.113.9:http")]
    [InlineData("X-Forwarded-For", "[2001:db8::9")]
    [InlineData("Forwarded", "for=unknown")]
    [InlineData("Forwarded", "for=_hidden")]
    [InlineData("Forwarded", "proto=https")]
    [InlineData("Forwarded", "for=203.0.113.9;for=127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1;x=\", for=203.0.113.9")]
    [InlineData("Forwarded", "for=127.0.0.1;x=\", for=203.0.113.9;host=\"h\"")]
    [InlineData("Forwarded", "for=203.0.113.9;host=\"a\\\",for=127.0.0.1;b=\"")]
    [InlineData("Forwarded", "host=\"for=203.0.113.9\"")]
    public void Apply_HeaderThatCannotBeRead_LeavesAFlaw(string name, string header)
    {
        var http = Request(Proxy, (name, header));

        Apply(http, header: name);

        Assert.Equal("forwarded", http.Features.Get<WireFlaw>()?.Detail);
    }

    [Fact]
    public void Apply_PeerThatIsNotListed_IsNotAskedAboutAnybody()
    {
        using var own = Certificate();
        var http = Request("203.0.113.50", ("X-Forwarded-For", "10.1.1.1"), ("Client-Cert", Header(own)));
        http.Connection.ClientCertificate = own;

        Apply(http);

        Assert.Equal("203.0.113.50", http.Connection.RemoteIpAddress!.ToString());
        Assert.Same(own, http.Connection.ClientCertificate);
    }

    [Fact]
    public void Apply_NoHeaderFromAListedProxy_LeavesTheProxysAddressAndNoCertificate()
    {
        using var own = Certificate();
        var http = Request(Proxy);
        http.Connection.ClientCertificate = own;

        Apply(http);

        Assert.Equal(Proxy, http.Connection.RemoteIpAddress!.ToString());
        Assert.Null(http.Connection.ClientCertificate);
    }

    [Fact]
    public void Apply_CertificateFromAListedProxy_IsTheClients()
    {
        using var client = Certificate();
        var http = Request(Proxy, ("Client-Cert", Header(client)));

        Apply(http);

        Assert.Equal(
            client.GetCertHashString(HashAlgorithmName.SHA256),
            http.Connection.ClientCertificate?.GetCertHashString(HashAlgorithmName.SHA256)
        );
    }

    [Theory]
    [InlineData("::")]
    [InlineData("MIIB")]
    [InlineData(":MIIB:")]
    [InlineData(":not base64:")]
    [InlineData("-----BEGIN CERTIFICATE-----")]
    public void Apply_CertificateThatIsNone_IsNone(string header)
    {
        var http = Request(Proxy, ("Client-Cert", header));

        Apply(http);

        Assert.Null(http.Connection.ClientCertificate);
    }

    // Envoy's %DOWNSTREAM_PEER_CERT% reads as nginx's variable; a load balancer of AWS leaves three characters as they are.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Apply_CertificateAsNginxOrAwsWritesIt_IsTheClients(bool isByAws)
    {
        using var client = Certificate();
        var http = Request(Proxy, ("Client-Cert", isByAws ? AsByAws(Escaped(client)) : Escaped(client)));

        Apply(http);

        Assert.Equal(
            client.GetCertHashString(HashAlgorithmName.SHA256),
            http.Connection.ClientCertificate?.GetCertHashString(HashAlgorithmName.SHA256)
        );
    }

    [Fact]
    public void Apply_CertificateAlmostAsNginxWritesIt_IsNone()
    {
        using var client = Certificate();
        using var other = Certificate();
        var escaped = Escaped(client);
        string[] others =
        [
            escaped + escaped,
            escaped + Escaped(other),
            escaped[..^3],
            escaped + "%0A",
            escaped + "x",
            "%0A" + escaped,
            " " + escaped,
            escaped.Replace("%0A", "%0a", StringComparison.Ordinal),
            escaped.Replace("%0A", "%0D%0A", StringComparison.Ordinal),
            escaped.Replace("%20", " ", StringComparison.Ordinal),
            escaped.Replace("%20", "+", StringComparison.Ordinal),
            escaped.Replace("%2B", "+", StringComparison.Ordinal) + "%2B",
            AsByAws(escaped) + "=",
            AsByAws(escaped).Replace("+", " ", StringComparison.Ordinal) + " ",
            AsByAws(escaped).Replace("%0A", "\t", StringComparison.Ordinal),
            escaped.Replace("CERTIFICATE", "TRUSTED%20CERTIFICATE", StringComparison.Ordinal),
            escaped.Replace("%0A-----END%20CERTIFICATE-----%0A", "%0A", StringComparison.Ordinal),
            Uri.UnescapeDataString(escaped),
            Uri.EscapeDataString(escaped),
            "-----BEGIN%20CERTIFICATE-----%0A-----END%20CERTIFICATE-----%0A",
            "-----BEGIN%20CERTIFICATE-----%0A%ZZ%C3%28%0A-----END%20CERTIFICATE-----%0A",
            $":{escaped}:",
        ];
        foreach (var text in others)
        {
            var http = Request(Proxy, ("Client-Cert", text));

            Apply(http);

            Assert.Null(http.Connection.ClientCertificate);
        }
    }

    [Fact]
    public void Apply_CertificateTwiceOrNotAskedFor_IsNone()
    {
        using var client = Certificate();
        var twice = Request(Proxy, ("Client-Cert", Header(client)), ("Client-Cert", Header(client)));
        Apply(twice);
        Assert.Null(twice.Connection.ClientCertificate);

        var unasked = Request(Proxy, ("Client-Cert", Header(client)));
        new PeerAddress(new TrustedProxyOptions { Addresses = [Proxy] }).Apply(unasked);
        Assert.Null(unasked.Connection.ClientCertificate);
    }

    private static string AsByAws(string escaped) =>
        escaped
            .Replace("%2B", "+", StringComparison.Ordinal)
            .Replace("%2F", "/", StringComparison.Ordinal)
            .Replace("%3D", "=", StringComparison.Ordinal);

    private static void Apply(HttpContext http, string header = "X-Forwarded-For") =>
        new PeerAddress(
            new TrustedProxyOptions
            {
                Addresses = ["10.0.0.0/24"],
                Header = header,
                ClientCertificate = true,
            }
        ).Apply(http);

    private static DefaultHttpContext Request(string peer, params (string Name, string Value)[] headers)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        foreach (var (name, value) in headers)
        {
            http.Request.Headers.Append(name, value);
        }

        return http;
    }

    // nginx: PEM_write_bio_X509, and of that everything but letters, digits and "-._~" in percent-encoding.
    private static string Escaped(X509Certificate2 certificate) => Uri.EscapeDataString(certificate.ExportCertificatePem() + "\n");

    private static string Header(X509Certificate2 certificate) => $":{Convert.ToBase64String(certificate.RawData)}:";

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=client", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1)
        );
    }
}
