using System.Net.Security;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// The client certificate that is shown to upstreams, from PEM files (<see cref="ReloadedPem"/>). Made and looked after by
/// <see cref="BackendCredentials"/>.
/// </summary>
internal sealed class ReloadedCertificate : UpstreamCertificate
{
    private readonly ReloadedPem _pem;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    public ReloadedCertificate(string certificate, string key, TimeProvider clock, ILogger log)
    {
        (_pem, _clock, _log) = (new ReloadedPem(certificate, key, clock), clock, log);
        Look();
    }

    public override SslStreamCertificateContext? Current => _pem.Current;

    /// <summary>How it stands, for readiness.</summary>
    public CredentialStatus Status =>
        new(_pem.File, _pem.Current is not null, _pem.Problem ?? (_pem.Ends <= _clock.GetUtcNow() ? "it has expired" : null));

    /// <summary>Reads the files when they changed; called once a second.</summary>
    internal void Look()
    {
        switch (_pem.Look())
        {
            case PemNews.Read:
                GatewayLog.CredentialMade(_log, _pem.File);
                break;
            case PemNews.Broken:
                GatewayLog.CredentialNotMade(_log, _pem.File, _pem.Problem!);
                break;
            default:
                break;
        }
    }
}
