using System.Security.Cryptography.X509Certificates;
using PhiGateway.Identity.Common;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Workloads;

/// <summary>
/// Recognises clients of the token service by the subject of a certificate that chains to configured authorities (RFC 8705 section 2.1,
/// <c>tls_client_auth</c>); asked by the token service.
/// </summary>
/// <remarks>Thread-safe. Nothing is fetched for a certificate, and no lists of revoked ones are read: the registry revokes.</remarks>
/// <param name="file">Authorities in PEM: those that vouch for themselves are trusted, the others lead to them. Read anew when it changed.</param>
/// <param name="time">The clock.</param>
public sealed class ClientAuthorities(string file, TimeProvider time)
{
    private readonly WatchedFile<Authorities> _file = new(file, time, Authorities.OfPem);

    /// <summary>What is wrong with a file, in words; null: nothing.</summary>
    public static string? FindFlaw(string file) =>
        WatchedFile<Authorities>.TryRead(file, out var text) && Authorities.OfPem(text) is not null
            ? null
            : "must be a PEM file with an authority that vouches for itself.";

    /// <summary>Whether a certificate bears the one name that a credential says.</summary>
    public static bool Names(X509Certificate2 certificate, Credential credential) =>
        credential switch
        {
            { SubjectDn: { } subject, SanDns: null, SanUri: null } => DistinguishedName.TryRead(subject, out var form)
                && form == CertificateNames.SubjectOf(certificate),
            { SubjectDn: null, SanDns: { } name, SanUri: null } => CertificateNames
                .DnsNamesOf(certificate)
                .Contains(name, StringComparer.OrdinalIgnoreCase),
            { SubjectDn: null, SanDns: null, SanUri: { } uri } => CertificateNames
                .UrisOf(certificate)
                .Contains(uri, StringComparer.Ordinal),
            _ => false,
        };

    /// <summary>Whether the authorities vouch for a certificate now, as one of a client.</summary>
    public bool Vouch(X509Certificate2 certificate) =>
        _file.Current is { } authorities
        && CertificateNames.IsOfAnEnd(certificate, mustSay: false)
        && authorities.Vouch(certificate, time.GetUtcNow());
}
