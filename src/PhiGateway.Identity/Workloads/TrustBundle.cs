using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace PhiGateway.Identity.Workloads;

/// <summary>
/// The authorities of one trust domain, out of a file that is looked at again every few seconds; what was read stays while the file cannot
/// be. Asked by <see cref="SvidReader"/>. Thread-safe.
/// </summary>
/// <remarks>
/// Who asks is given what was read last, by one read of a reference; when it is due, one of those who ask looks at the file meanwhile. What
/// was read first is read by whoever comes first, for whom nobody else waits.
/// </remarks>
internal sealed class TrustBundle(string file, TimeProvider time)
{
    private const int MostBytes = 1024 * 1024;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private readonly Lock _gate = new();
    private Authorities? _current;
    private string _seen = string.Empty;
    private DateTimeOffset _next;

    /// <summary>The authorities as they are now; another object when they changed; null: there are none.</summary>
    public Authorities? Current
    {
        get
        {
            lock (_gate)
            {
                var now = time.GetUtcNow();
                if (now >= _next)
                {
                    _next = now + Every;
                    Look();
                }

                return _current;
            }
        }
    }

    /// <summary>What is wrong with a file, in words; null: nothing.</summary>
    public static string? FindFlaw(string file) =>
        TryRead(file, out var text) && Read(text) is { Roots.Count: > 0 }
            ? null
            : "must be a file with an authority that vouches for itself.";

    private void Look()
    {
        if (!TryRead(file, out var text))
        {
            return;
        }

        var seen = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        if (seen != _seen && Read(text) is { Roots.Count: > 0 } found)
        {
            (_seen, _current) = (seen, found);
        }
    }

    private static bool TryRead(string file, out string text)
    {
        text = string.Empty;
        try
        {
            var info = new FileInfo(file);
            if (!info.Exists || info.Length > MostBytes)
            {
                return false;
            }

            text = File.ReadAllText(file);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    private static Authorities? Read(string text)
    {
        try
        {
            var all = new X509Certificate2Collection();
            if (text.Contains("-----BEGIN", StringComparison.Ordinal))
            {
                all.ImportFromPem(text);
            }
            else
            {
                ReadKeys(text, all);
            }

            var (roots, others) = (new X509Certificate2Collection(), new X509Certificate2Collection());
            foreach (var one in all)
            {
                (one.SubjectName.RawData.AsSpan().SequenceEqual(one.IssuerName.RawData) ? roots : others).Add(one);
            }

            return new Authorities(roots, others);
        }
        catch (Exception fault) when (IsOfTheFile(fault))
        {
            return null;
        }
    }

    // A document of another form than a bundle's says that it is none, whatever is missing in it.
    private static bool IsOfTheFile(Exception fault) =>
        fault is CryptographicException or JsonException or FormatException or InvalidOperationException or KeyNotFoundException;

    // SPIFFE Trust Domain and Bundle, section 4: of each entry for X.509-SVIDs the first certificate; others are passed over.
    private static void ReadKeys(string text, X509Certificate2Collection all)
    {
        using var document = JsonDocument.Parse(text, Strict);
        foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray())
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
    }
}

/// <summary>Who vouches for the workloads of a trust domain.</summary>
/// <param name="Roots">Those that are trusted.</param>
/// <param name="Others">Those that lead to them.</param>
internal sealed record Authorities(X509Certificate2Collection Roots, X509Certificate2Collection Others);
