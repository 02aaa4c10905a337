using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// The client's certificate as a listed proxy tells it: by RFC 9440 section 2.2 (base64 between colons), or as nginx writes it
/// (<c>$ssl_client_escaped_cert</c>: PEM in percent-encoding) and as AWS's load balancers do (the same with three characters as they are);
/// read only when a token is bound to one.
/// </summary>
/// <remarks>Anything but one well-formed certificate is none: a bound token is then refused.</remarks>
internal sealed class ForwardedCertificate(StringValues header) : ITlsConnectionFeature
{
    private const int MaxLength = 16 * 1024;
    private const string EscapedBegin = "-----BEGIN%20CERTIFICATE-----%0A";

    private bool _isRead;
    private X509Certificate2? _certificate;

    public X509Certificate2? ClientCertificate
    {
        get
        {
            if (!_isRead)
            {
                _isRead = true;
                _certificate = Read(header);
            }

            return _certificate;
        }
        set => (_isRead, _certificate) = (true, value);
    }

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);

    private static X509Certificate2? Read(StringValues header)
    {
        if (header is not [{ Length: > 2 and <= MaxLength } text])
        {
            return null;
        }

        return text[0] == ':' ? ReadField(text) : ReadEscaped(text);
    }

    private static X509Certificate2? ReadField(string text)
    {
        if (text[^1] != ':')
        {
            return null;
        }

        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64Chars(text.AsSpan()[1..^1], bytes, out var length))
        {
            return null;
        }

        return Load(bytes.AsSpan(0, length));
    }

    // Of each certificate there is one such text of each of the two: what reads otherwise, or goes on behind it, neither wrote.
    private static X509Certificate2? ReadEscaped(string text)
    {
        if (!text.StartsWith(EscapedBegin, StringComparison.Ordinal))
        {
            return null;
        }

        if (Load(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(text))) is not { } certificate)
        {
            return null;
        }

        var escaped = Uri.EscapeDataString(certificate.ExportCertificatePem() + "\n");
        if (text == escaped || text == AsByAws(escaped))
        {
            return certificate;
        }

        certificate.Dispose();
        return null;
    }

    // X-Amzn-Mtls-Clientcert-Leaf, which a listener renames: "with +=/ as safe characters".
    private static string AsByAws(string escaped) =>
        escaped
            .Replace("%2B", "+", StringComparison.Ordinal)
            .Replace("%2F", "/", StringComparison.Ordinal)
            .Replace("%3D", "=", StringComparison.Ordinal);

    private static X509Certificate2? Load(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(bytes);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
