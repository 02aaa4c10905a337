using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace PhiGateway.Identity.Workloads;

/// <summary>
/// Those who vouch for certificates: of the workloads of one trust domain, or of the token service's clients. Asked by those who read such
/// certificates; immutable.
/// </summary>
/// <param name="Roots">Those that are trusted.</param>
/// <param name="Others">Those that lead to them.</param>
internal sealed record Authorities(X509Certificate2Collection Roots, X509Certificate2Collection Others)
{
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    /// <summary>Reads them out of PEM; null: there is none that vouches for itself.</summary>
    public static Authorities? OfPem(string text)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(text);
            return Of(all);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>
    /// Reads them out of a SPIFFE bundle (Trust Domain and Bundle, section 4): of each entry for X.509-SVIDs the first certificate; others are
    /// passed over. Null: there is none that vouches for itself.
    /// </summary>
    public static Authorities? OfBundle(JsonElement bundle)
    {
        try
        {
            var all = new X509Certificate2Collection();
            foreach (var key in bundle.GetProperty("keys").EnumerateArray())
            {
                if (
                    key.TryGetProperty("use", out var use)
                    && use.ValueEquals("x509-svid")
                    && key.TryGetProperty("x5c", out var chain)
                    && chain.GetArrayLength() > 0
                )
                {
                    all.Add(X509CertificateLoader.LoadCertificate(chain[0].GetBytesFromBase64()));
                }
            }

            return Of(all);
        }
        catch (Exception fault) when (IsOfTheBundle(fault))
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a certificate chains to one of the trusted at a moment, and may be used by a client. Nothing is fetched for a certificate of a
    /// stranger.
    /// </summary>
    public bool Vouch(X509Certificate2 certificate, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(Roots);
        policy.ExtraStore.AddRange(Others);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = now.UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(ForClients));
        try
        {
            return chain.Build(certificate);
        }
        catch (CryptographicException)
        {
            // It has something that cannot be read.
            return false;
        }
        finally
        {
            foreach (var element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }

    private static Authorities? Of(X509Certificate2Collection all)
    {
        var (roots, others) = (new X509Certificate2Collection(), new X509Certificate2Collection());
        foreach (var one in all)
        {
            (one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData) ? roots : others).Add(one);
        }

        return roots.Count == 0 ? null : new Authorities(roots, others);
    }

    // A document of another form than a bundle's says that it is none, whatever is missing in it.
    private static bool IsOfTheBundle(Exception fault) =>
        fault is CryptographicException or FormatException or InvalidOperationException or KeyNotFoundException;
}
