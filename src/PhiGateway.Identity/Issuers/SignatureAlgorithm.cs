namespace PhiGateway.Identity.Issuers;

/// <summary>The asymmetric signature algorithms of RFC 7518 that a token may carry, each with the one sort of key that fits it.</summary>
internal sealed record SignatureAlgorithm(string Name, string KeyType, string? Curve)
{
    private static readonly SignatureAlgorithm[] Known =
    [
        new("RS256", "RSA", null),
        new("RS384", "RSA", null),
        new("RS512", "RSA", null),
        new("PS256", "RSA", null),
        new("PS384", "RSA", null),
        new("PS512", "RSA", null),
        new("ES256", "EC", "P-256"),
        new("ES384", "EC", "P-384"),
        new("ES512", "EC", "P-521"),
    ];

    /// <summary>Every name, for messages.</summary>
    public static string Names { get; } = string.Join(", ", Known.Select(algorithm => algorithm.Name));

    /// <summary>The algorithm with exactly this name; null for <c>none</c>, HMAC and everything else.</summary>
    public static SignatureAlgorithm? Find(string? name)
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
