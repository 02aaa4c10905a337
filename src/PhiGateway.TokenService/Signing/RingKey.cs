using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using PhiGateway.Policy.Registry;

namespace PhiGateway.TokenService.Signing;

/// <summary>One signing key of the ring (ES256); signs and verifies from many requests at once.</summary>
/// <param name="id"><c>kid</c>: the RFC 7638 thumbprint.</param>
/// <param name="created">When it was made, UTC.</param>
/// <param name="pkcs8">The private key; a secret, in memory only.</param>
internal sealed class RingKey(string id, DateTimeOffset created, byte[] pkcs8) : IDisposable
{
    // One instance serves one caller at a time.
    private readonly ConcurrentBag<ECDsa> _idle = [];

    public string Id { get; } = id;

    public DateTimeOffset Created { get; } = created;

    /// <summary>Reads a key and names it.</summary>
    public static RingKey Of(ECDsa key, DateTimeOffset created) => new(PublicOf(key).Thumbprint(), created, key.ExportPkcs8PrivateKey());

    /// <summary>The public half, as it is published.</summary>
    public PublicJwk Public()
    {
        var key = Take();
        try
        {
            return PublicOf(key) with { Kid = Id };
        }
        finally
        {
            _idle.Add(key);
        }
    }

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        var key = Take();
        try
        {
            return key.SignData(data, HashAlgorithmName.SHA256);
        }
        finally
        {
            _idle.Add(key);
        }
    }

    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var key = Take();
        try
        {
            return signature.Length == 64 && key.VerifyData(data, signature, HashAlgorithmName.SHA256);
        }
        finally
        {
            _idle.Add(key);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var key))
        {
            key.Dispose();
        }

        CryptographicOperations.ZeroMemory(pkcs8);
    }

    private static PublicJwk PublicOf(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new PublicJwk
        {
            Kty = "EC",
            Crv = "P-256",
            X = Base64Url.EncodeToString(point.X),
            Y = Base64Url.EncodeToString(point.Y),
        };
    }

    private ECDsa Take()
    {
        if (_idle.TryTake(out var key))
        {
            return key;
        }

        key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key;
    }
}
