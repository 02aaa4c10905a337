using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using PhiGateway.Policy.Registry;

namespace PhiGateway.TokenService.Signing;

/// <summary>One signing key of the ring (ES256); signs and verifies from many requests at once.</summary>
internal sealed class RingKey : IDisposable
{
    // One instance serves one caller at a time.
    private readonly ConcurrentBag<ECDsa> _idle = [];
    private readonly IKeySigner _signer;
    private readonly ECParameters _public;

    private RingKey(PublicJwk jwk, ECParameters parameters, DateTimeOffset created, IKeySigner signer)
    {
        Id = jwk.Thumbprint();
        Public = jwk with { Kid = Id };
        Created = created;
        _public = parameters;
        _signer = signer;
    }

    /// <summary><c>kid</c>: the RFC 7638 thumbprint.</summary>
    public string Id { get; }

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>The public half, as it is published.</summary>
    public PublicJwk Public { get; }

    /// <summary>Names a key by its public half.</summary>
    /// <param name="key">The public half at least.</param>
    /// <param name="created">When it was made.</param>
    /// <param name="signer">Signs with the private half.</param>
    public static RingKey Of(ECDsa key, DateTimeOffset created, IKeySigner signer)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        var jwk = new PublicJwk
        {
            Kty = "EC",
            Crv = "P-256",
            X = Base64Url.EncodeToString(parameters.Q.X),
            Y = Base64Url.EncodeToString(parameters.Q.Y),
        };
        return new RingKey(jwk, parameters, created, signer);
    }

    /// <summary>Whether a key is of the one sort that signs here.</summary>
    public static bool IsOfTheSort(ECDsa key) =>
        key.KeySize == 256 && key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == "1.2.840.10045.3.1.7";

    /// <summary>A signature that holds.</summary>
    /// <exception cref="SigningException">There is none.</exception>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var signature = await _signer.SignAsync(data, cancellationToken);
        // Security: of another key, or of other bytes, it would be a token that no node takes, or one that says what nobody asked for.
        return !_signer.IsRemote || Verifies(data.Span, signature) ? signature : throw new SigningException("mismatch");
    }

    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var key = _idle.TryTake(out var idle) ? idle : ECDsa.Create(_public);
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

        _signer.Dispose();
    }
}
