namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// What an operator writes about load balancers and TLS terminators in front of the data plane: which of them are believed about a client's
/// address and certificate; by default none.
/// </summary>
public sealed class TrustedProxyOptions
{
    /// <summary>
    /// Their addresses or networks. Security: whoever can connect from one of these says who the client is, so name no network in which
    /// clients live.
    /// </summary>
    public IReadOnlyList<string> Addresses { get; set; } = [];

    /// <summary>Header with the client's address, <c>X-Forwarded-For</c> (default) or <c>Forwarded</c> (RFC 7239).</summary>
    public string Header { get; set; } = "X-Forwarded-For";

    /// <summary>
    /// Whether <c>Client-Cert</c> (RFC 9440, or PEM in percent-encoding as nginx, Envoy and AWS write it) from a proxy is the client's
    /// certificate; default false. Security: the proxy must have checked that the client holds the key, and must drop the header where a
    /// client sends it.
    /// </summary>
    public bool ClientCertificate { get; set; }
}
