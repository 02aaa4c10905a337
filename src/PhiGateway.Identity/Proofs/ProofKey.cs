using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Proofs;

/// <summary>
/// The public key in a proof's header (RFC 9449 section 4.2, <c>jwk</c>), read in the one way it can be read; checks signatures. Not
/// thread-safe: one user at a time.
/// </summary>
internal sealed class ProofKey : IDisposable
{
    private const int LeastRsaBytes = 2048 / 8;
    private const int MostRsaBytes = 4096 / 8;

    // Members of a private or symmetric key (RFC 7518 section 6): whoever sends one has given it away.
    private static readonly string[] Secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    private readonly ECDsa? _ec;
    private readonly RSA? _rsa;

    private ProofKey(ProofAlgorithm algorithm, ECDsa? ec, RSA? rsa)
    {
        Algorithm = algorithm;
        _ec = ec;
        _rsa = rsa;
    }

    /// <summary>The only algorithm whose signatures it checks.</summary>
    public ProofAlgorithm Algorithm { get; }

    /// <summary>
    /// Whether the key in a header is a public one for the algorithm, written canonically, and which thumbprint it has (RFC 7638, SHA-256);
    /// computes nothing with the key itself.
    /// </summary>
    public static bool TryIdentify(JsonElement jwk, ProofAlgorithm algorithm, Span<byte> thumbprint)
    {
        if (jwk.ValueKind != JsonValueKind.Object || IsSecret(jwk) || !IsFor(jwk, "use", "sig") || !IsFor(jwk, "alg", algorithm.Name))
        {
            return false;
        }

        if (!TryText(jwk, "kty", out var type) || type != algorithm.KeyType)
        {
            return false;
        }

        if (type == "RSA")
        {
            // A large exponent makes a check take seconds: four bytes are as large as anybody's.
            return TryNumber(jwk, "n", LeastRsaBytes, MostRsaBytes, out var n)
                && TryNumber(jwk, "e", 1, 4, out var e)
                && Digest($$"""{"e":"{{e}}","kty":"RSA","n":"{{n}}"}""", thumbprint);
        }

        var bytes = algorithm.SignatureBytes / 2;
        return TryText(jwk, "crv", out var curve)
            && curve == algorithm.Curve
            && TryCoordinate(jwk, "x", bytes, out var x)
            && TryCoordinate(jwk, "y", bytes, out var y)
            && Digest($$"""{"crv":"{{curve}}","kty":"EC","x":"{{x}}","y":"{{y}}"}""", thumbprint);
    }

    /// <summary>The key of a header that was identified; null when it is no key, such as a point beside the curve.</summary>
    public static ProofKey? Import(JsonElement jwk, ProofAlgorithm algorithm)
    {
        try
        {
            if (algorithm.KeyType == "RSA")
            {
                return new ProofKey(algorithm, null, RSA.Create(new RSAParameters { Modulus = Bytes("n"), Exponent = Bytes("e") }));
            }

            var curve = algorithm.Curve == "P-256" ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384;
            // The import checks that the point lies on the curve (RFC 8725 section 3.4).
            var point = new ECPoint { X = Bytes("x"), Y = Bytes("y") };
            return new ProofKey(algorithm, ECDsa.Create(new ECParameters { Curve = curve, Q = point }), null);
        }
        catch (CryptographicException)
        {
            return null;
        }

        byte[] Bytes(string name) => Base64Url.DecodeFromChars(jwk.GetProperty(name).GetString());
    }

    /// <summary>Whether the signature is this key's over the data.</summary>
    public bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        _ec is not null
            ? signature.Length == Algorithm.SignatureBytes && _ec.VerifyData(data, signature, Algorithm.Hash)
            : _rsa!.VerifyData(data, signature, Algorithm.Hash, RSASignaturePadding.Pss);

    public void Dispose()
    {
        _ec?.Dispose();
        _rsa?.Dispose();
    }

    private static bool IsSecret(JsonElement jwk)
    {
        foreach (var name in Secret)
        {
            if (jwk.TryGetProperty(name, out _))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsFor(JsonElement jwk, string name, string wanted) =>
        !jwk.TryGetProperty(name, out var value) || (ClaimText.TryRead(value, out var text) && text == wanted);

    private static bool TryText(JsonElement jwk, string name, out string text)
    {
        text = string.Empty;
        if (!jwk.TryGetProperty(name, out var value) || !ClaimText.TryRead(value, out var read))
        {
            return false;
        }

        text = read!;
        return true;
    }

    private static bool TryCoordinate(JsonElement jwk, string name, int length, out string text)
    {
        Span<byte> bytes = stackalloc byte[64];
        return TryText(jwk, name, out text) && TryDecode(text, bytes, out var read) && read == length;
    }

    // Without leading zeros (RFC 7518 section 6.3.1): one key, one text, one thumbprint.
    private static bool TryNumber(JsonElement jwk, string name, int least, int most, out string text)
    {
        Span<byte> bytes = stackalloc byte[MostRsaBytes + 3];
        return TryText(jwk, name, out text)
            && TryDecode(text, bytes, out var length)
            && length >= least
            && length <= most
            && bytes[0] != 0
            && (bytes[length - 1] & 1) == 1
            && (length > 1 || bytes[0] >= 3);
    }

    private static bool TryDecode(string text, Span<byte> bytes, out int length)
    {
        length = 0;
        return CompactText.IsCanonical(text)
            && Base64Url.GetMaxDecodedLength(text.Length) <= bytes.Length
            && Base64Url.TryDecodeFromChars(text, bytes, out length);
    }

    private static bool Digest(string canonical, Span<byte> thumbprint) =>
        SHA256.TryHashData(Encoding.ASCII.GetBytes(canonical), thumbprint, out _);
}
