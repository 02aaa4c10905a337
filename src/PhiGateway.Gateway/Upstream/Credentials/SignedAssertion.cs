using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// Writes and signs the assertion by which the gateway authenticates at an upstream's authorization server (RFC 7523; SMART Backend
/// Services): used once, good for five minutes at most. Called by <see cref="TokenCredential"/>.
/// </summary>
internal static class SignedAssertion
{
    private const int LeastRsaBits = 2048;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(4);

    /// <exception cref="CredentialException">The key cannot be read, or is not one for the algorithm.</exception>
    public static string Sign(string pem, BackendCredentialOptions options, DateTimeOffset now)
    {
        using var key = Read(pem);
        var algorithm = options.Algorithm ?? Usual(key);
        var input = $"{Header(algorithm, options.KeyId!)}.{Claims(options, now)}";
        return $"{input}.{Base64Url.EncodeToString(Signature(key, algorithm, Encoding.ASCII.GetBytes(input)))}";
    }

    private static string Header(string algorithm, string keyId) =>
        Encode(json =>
        {
            json.WriteString("alg", algorithm);
            json.WriteString("typ", "JWT");
            json.WriteString("kid", keyId);
        });

    private static string Claims(BackendCredentialOptions options, DateTimeOffset now) =>
        Encode(json =>
        {
            json.WriteString("iss", options.ClientId);
            json.WriteString("sub", options.ClientId);
            json.WriteString("aud", options.TokenEndpoint);
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + Life).ToUnixTimeSeconds());
            json.WriteString("jti", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24)));
        });

    private static string Encode(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(output.WrittenSpan);
    }

    private static AsymmetricAlgorithm Read(string pem)
    {
        if (!pem.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            throw new CredentialException("the secret is no private key in PEM");
        }

        var isElliptic = !pem.Contains("RSA PRIVATE KEY", StringComparison.Ordinal);
        AsymmetricAlgorithm? key = isElliptic ? TryRead(ECDsa.Create(), pem) : null;
        return key ?? TryRead(RSA.Create(), pem) ?? throw new CredentialException("the private key cannot be read");
    }

    private static T? TryRead<T>(T key, string pem)
        where T : AsymmetricAlgorithm
    {
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            key.Dispose();
            return null;
        }
    }

    private static string Usual(AsymmetricAlgorithm key) =>
        key switch
        {
            RSA => "RS384",
            { KeySize: 384 } => "ES384",
            _ => "ES256",
        };

    private static byte[] Signature(AsymmetricAlgorithm key, string algorithm, byte[] input)
    {
        var hash = algorithm.EndsWith("384", StringComparison.Ordinal) ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        try
        {
            return (key, algorithm) switch
            {
                (RSA { KeySize: >= LeastRsaBits } rsa, "RS384") => rsa.SignData(input, hash, RSASignaturePadding.Pkcs1),
                (RSA { KeySize: >= LeastRsaBits } rsa, "PS256" or "PS384") => rsa.SignData(input, hash, RSASignaturePadding.Pss),
                (ECDsa { KeySize: 384 } ec, "ES384") => ec.SignData(input, hash),
                (ECDsa { KeySize: 256 } ec, "ES256") => ec.SignData(input, hash),
                _ => throw new CredentialException("the private key is not one for the algorithm"),
            };
        }
        catch (CryptographicException)
        {
            throw new CredentialException("the private key cannot sign");
        }
    }
}
