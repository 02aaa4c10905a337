using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Reads the PEM files that an operator named, to say what is wrong with them before anything is started with them.</summary>
internal static class PemFiles
{
    /// <summary>Whether a certificate and its private key can be read, and fit each other.</summary>
    /// <param name="certificate">File of the certificate.</param>
    /// <param name="key">File of the key.</param>
    public static bool Fit(string certificate, string key)
    {
        try
        {
            using var read = X509Certificate2.CreateFromPemFile(certificate, key);
            return true;
        }
        catch (Exception fault) when (IsOfTheFile(fault))
        {
            return false;
        }
    }

    /// <summary>Whether a file holds any certificate.</summary>
    /// <param name="path">The file.</param>
    public static bool HoldCertificates(string path)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(path);
        }
        catch (Exception fault) when (IsOfTheFile(fault))
        {
            return false;
        }

        foreach (var one in found)
        {
            one.Dispose();
        }

        return found.Count > 0;
    }

    private static bool IsOfTheFile(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;
}
