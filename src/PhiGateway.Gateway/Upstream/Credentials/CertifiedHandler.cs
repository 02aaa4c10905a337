using System.Net.Security;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// Sends over a client that shows the present certificate; when that was exchanged, over a new client, while the old one finishes what it
/// has. Made by <see cref="UpstreamClientFactory"/> for one cluster. Thread-safe.
/// </summary>
/// <param name="certificate">What is shown.</param>
/// <param name="make">Makes a client that shows it.</param>
internal sealed class CertifiedHandler(UpstreamCertificate certificate, Func<SslStreamCertificateContext, HttpMessageInvoker> make)
    : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private volatile Certified? _client;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // The caller has looked; between the two it is not taken away.
        var shown = certificate.Current ?? throw new InvalidOperationException("There is no certificate to show.");
        var client = _client;
        return (client?.Certificate == shown ? client : Renew(shown)).Client.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _client?.Client.Dispose();
        }

        base.Dispose(disposing);
    }

    // The old one is not disposed of: that would cut what it still carries. Its idle connections end by themselves.
    private Certified Renew(SslStreamCertificateContext shown)
    {
        lock (_gate)
        {
            return _client is { } client && client.Certificate == shown ? client : _client = new Certified(shown, make(shown));
        }
    }

    private sealed record Certified(SslStreamCertificateContext Certificate, HttpMessageInvoker Client);
}
