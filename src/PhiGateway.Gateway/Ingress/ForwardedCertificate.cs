using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// The client's certificate as a listed proxy tells it (RFC 9440 section 2.2: base64 between colons); read only when a token is bound to
/// one.
/// </summary>
/// <remarks>Anything but one well-formed certificate is none: a bound token is then refused.</remarks>
internal sealed class ForwardedCertificate(StringValues header) : ITlsConnectionFeature
{
    private const int MaxLength = 16 * 1024;

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
        if (header is not [{ Length: > 2 and <= MaxLength } text] || text[0] != ':' || text[^1] != ':')
        {
            return null;
        }

        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64Chars(text.AsSpan()[1..^1], bytes, out var length))
        {
            return null;
        }

        try
        {
            return X509CertificateLoader.LoadCertificate(bytes.AsSpan(0, length));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
