using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Says whether a signed text is signed by one key and algorithm, and nothing more: for readers of assertions, answers and signals, who have
/// read it in the one way it can be read (<see cref="TokenText"/>), and judge everything else from what the signature covers.
/// </summary>
/// <remarks>Thread-safe. The text is not read a second time: a library that reads it in its own way has no say in what it is.</remarks>
/// <param name="mostBytes">Length of the longest text that is looked at.</param>
internal sealed class KeySignature(int mostBytes)
{
    /// <summary>Whether it is.</summary>
    /// <param name="token">The text, in compact form.</param>
    /// <param name="key">The one key that counts.</param>
    /// <param name="algorithm">The one algorithm that counts; the text does not choose it.</param>
    public bool IsOf(string token, IssuerKey key, SignatureAlgorithm algorithm)
    {
        var end = token.LastIndexOf('.');
        if (token.Length > mostBytes || end <= 0 || !key.Fits(algorithm))
        {
            return false;
        }

        var providers = CryptoProviderFactory.Default;
        SignatureProvider? provider = null;
        var signed = ArrayPool<byte>.Shared.Rent(end);
        try
        {
            // Kept by the factory: a key is imported once.
            provider = providers.CreateForVerifying(key.SecurityKey, algorithm.Name);
            var length = Encoding.ASCII.GetBytes(token.AsSpan(0, end), signed);
            var signature = Base64Url.DecodeFromChars(token.AsSpan(end + 1));
            return provider.Verify(signed, 0, length, signature, 0, signature.Length);
        }
        catch (Exception fault)
            when (fault
                    is ArgumentException
                        or NotSupportedException
                        or FormatException
                        or CryptographicException
                        or InvalidOperationException
            )
        {
            // The last is also of a provider that the factory gave up meanwhile, since it keeps only so many.
            return false;
        }
        finally
        {
            if (provider is not null)
            {
                providers.ReleaseSignatureProvider(provider);
            }

            ArrayPool<byte>.Shared.Return(signed);
        }
    }
}
