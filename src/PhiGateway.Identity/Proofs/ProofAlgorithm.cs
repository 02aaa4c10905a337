using System.Security.Cryptography;

namespace PhiGateway.Identity.Proofs;

/// <summary>One of the signature algorithms that a proof of possession may carry: pinned, asymmetric, each with one sort of key.</summary>
/// <param name="Name"><c>alg</c>.</param>
/// <param name="KeyType"><c>kty</c> of the key.</param>
/// <param name="Curve"><c>crv</c> of an EC key; null for RSA.</param>
/// <param name="Hash">What is hashed with before it is signed.</param>
/// <param name="SignatureBytes">Length of an EC signature; 0 for RSA, where the key says it.</param>
internal sealed record ProofAlgorithm(string Name, string KeyType, string? Curve, HashAlgorithmName Hash, int SignatureBytes)
{
    private static readonly ProofAlgorithm[] Known =
    [
        new("ES256", "EC", "P-256", HashAlgorithmName.SHA256, 64),
        new("ES384", "EC", "P-384", HashAlgorithmName.SHA384, 96),
        new("PS256", "RSA", null, HashAlgorithmName.SHA256, 0),
    ];

    /// <summary>Every name, separated by blanks, as <c>algs</c> of a challenge has it (RFC 9449 section 7.1).</summary>
    public static string Names { get; } = string.Join(' ', Known.Select(static algorithm => algorithm.Name));

    /// <summary>The algorithm with exactly this name; null for <c>none</c>, HMAC and everything else.</summary>
    public static ProofAlgorithm? Find(string? name)
    {
        foreach (var algorithm in Known)
        {
            if (algorithm.Name == name)
            {
                return algorithm;
            }
        }

        return null;
    }
}
