using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Validation;

/// <summary>The forms of a client's public key and of the address of its keys, asked of documents and of applicants alike.</summary>
public static class ClientKeyForm
{
    private const int LongestKeyId = 128;

    /// <summary>Whether a key is one that a client may be known by: EC on P-256, P-384 or P-521, or RSA of 2048 bits and more.</summary>
    /// <remarks>Sizes by length: 2048 bits are 342 characters. Whether the point lies on its curve is asked by whoever verifies with it.</remarks>
    public static bool IsPublicKey(PublicJwk jwk) =>
        (jwk.Kid is null or { Length: > 0 and <= LongestKeyId })
        && jwk switch
        {
            { Kty: "EC", Crv: "P-256", N: null, E: null } => IsNumber(jwk.X, 43, 43) && IsNumber(jwk.Y, 43, 43),
            { Kty: "EC", Crv: "P-384", N: null, E: null } => IsNumber(jwk.X, 64, 64) && IsNumber(jwk.Y, 64, 64),
            { Kty: "EC", Crv: "P-521", N: null, E: null } => IsNumber(jwk.X, 88, 88) && IsNumber(jwk.Y, 88, 88),
            { Kty: "RSA", Crv: null, X: null, Y: null } => IsNumber(jwk.N, 342, 1366) && IsNumber(jwk.E, 1, 6),
            _ => false,
        };

    private static bool IsNumber(string? text, int least, int most) =>
        text is not null
        && text.Length >= least
        && text.Length <= most
        && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');

    /// <summary>Whether a text is the address of a client's keys: https, without user, query and fragment.</summary>
    /// <remarks>What is compared and shown is the text itself, so the text must be the URL's one form.</remarks>
    public static bool IsJwksUri(string text) =>
        text.StartsWith("https://", StringComparison.Ordinal)
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri is { UserInfo.Length: 0, Fragment.Length: 0, Query.Length: 0, Host.Length: > 0 }
        && !text.Contains('#', StringComparison.Ordinal)
        && !text.Contains('?', StringComparison.Ordinal)
        && string.Equals(uri.AbsoluteUri, text, StringComparison.Ordinal);

    /// <summary>
    /// As <see cref="IsJwksUri"/>, of an address that a stranger says: a name of the DNS with a dot, at the usual port, so that nobody has
    /// a node knock at its own machine or at its neighbours'.
    /// </summary>
    public static bool IsStrangersJwksUri(string text) =>
        IsJwksUri(text)
        && new Uri(text) is { IsDefaultPort: true, HostNameType: UriHostNameType.Dns, Host: var host }
        && host.Contains('.', StringComparison.Ordinal)
        && !host.EndsWith('.')
        && !host.EndsWith(".localhost", StringComparison.Ordinal);
}
