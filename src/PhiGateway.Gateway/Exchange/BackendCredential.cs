using System.Net.Security;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// What a cluster shows its upstream in Authorization, as it is now; kept by <see cref="PhiRoute"/>, read by the upstream port for each
/// call. Thread-safe.
/// </summary>
internal abstract class BackendCredential
{
    /// <summary>The value to send; null: there is none at this moment. One volatile read. Secret.</summary>
    public abstract string? Current { get; }

    /// <summary>Waits for a value, or for another than the upstream refused; however many ask, one is made at a time.</summary>
    /// <param name="refused">The value that the upstream answered with 401; null: none was there.</param>
    /// <param name="cancellationToken">Ends the waiting, not the making.</param>
    /// <returns>A value other than the refused one; null: there is none.</returns>
    public abstract ValueTask<string?> RenewAsync(string? refused, CancellationToken cancellationToken);
}

/// <summary>
/// The certificate that a cluster shows its upstream in the handshake, as it is now; kept by <see cref="PhiRoute"/>, read for each
/// connection. Thread-safe.
/// </summary>
internal abstract class UpstreamCertificate
{
    /// <summary>Certificate, chain and key; another object when they changed; null: they cannot be read, so nothing may be sent.</summary>
    public abstract SslStreamCertificateContext? Current { get; }
}

/// <summary>Finds what clusters name in their metadata; asked when a route is derived. The same name gives the same object.</summary>
internal interface IBackendCredentials
{
    /// <summary>The credential behind <c>Phi.Credential</c>; null: there is none of that name, so nothing may be sent.</summary>
    BackendCredential? Find(string reference);

    /// <summary>The certificate behind <c>Phi.ClientCertificate</c> and <c>Phi.ClientCertificateKey</c>.</summary>
    UpstreamCertificate FindCertificate(string certificate, string key);
}
