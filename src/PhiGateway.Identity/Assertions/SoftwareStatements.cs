using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Tokens;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;

namespace PhiGateway.Identity.Assertions;

/// <summary>
/// Checks software statements as UDAP signs them (UDAP Dynamic Client Registration section 3; RFC 7591 section 2.3): by the certificate in
/// the statement itself, which proves possession of its key and no more, and by the operator's authorities, where there are some.
/// </summary>
/// <remarks>Thread-safe. Nothing is fetched for it, and no key of a stranger is kept.</remarks>
/// <param name="authorities">PEM file of the authorities whose certificates vouch for an applicant; null: nobody does.</param>
/// <param name="time">The clock.</param>
public sealed class SoftwareStatements(string? authorities, TimeProvider time)
{
    private const int MaximumLength = 16 * 1024;
    private const int MaximumChain = 8;
    private const int LeastBits = 2048;

    // What a larger key costs to verify is paid by us.
    private const int MostBits = 8192;

    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly ClientAuthorities? _authorities = authorities is null ? null : new ClientAuthorities(authorities, time);

    /// <summary>The names of the algorithms, for metadata.</summary>
    public static IReadOnlyList<string> SigningAlgorithms { get; } = ["RS256", "RS384", "PS256", "PS384", "ES256", "ES384"];

    /// <summary>Checks one.</summary>
    /// <param name="statement">A compact JWS.</param>
    /// <param name="audience">The address that it must be meant for: the registration endpoint.</param>
    public StatementCheck Check(string statement, string audience)
    {
        if (statement.Length > MaximumLength || !TokenText.TryRead(statement, out var text))
        {
            return new StatementCheck(null, "statement:form");
        }

        using (text)
        {
            if (text.Type is not null && !string.Equals(text.Type, "JWT", StringComparison.OrdinalIgnoreCase))
            {
                return new StatementCheck(null, "statement:typ");
            }

            using var leaf = LeafOf(text.Header);
            if (leaf is null)
            {
                return new StatementCheck(null, "statement:x5c");
            }

            var now = time.GetUtcNow();
            if (FirstFalse(text.Claims, leaf, audience, now, out var issuer) is { } flaw)
            {
                return new StatementCheck(null, flaw);
            }

            if (FindSigner(statement, text.Algorithm, leaf) is not { } key)
            {
                return new StatementCheck(null, "statement:signature");
            }

            var isVouched = _authorities?.Vouch(leaf) == true;
            return _authorities is not null && !isVouched
                ? new StatementCheck(null, "statement:chain", IsUnapproved: true)
                : new StatementCheck(
                    new StatementFacts(
                        text.Claims.Clone(),
                        issuer,
                        Convert.ToHexStringLower(SHA256.HashData(leaf.RawData)),
                        key,
                        isVouched
                    ),
                    null
                );
        }
    }

    private static X509Certificate2? LeafOf(JsonElement header)
    {
        if (
            !header.TryGetProperty("x5c", out var chain)
            || chain.ValueKind != JsonValueKind.Array
            || chain.GetArrayLength() is 0 or > MaximumChain
            || !ClaimText.TryRead(chain[0], out _)
            || !chain[0].TryGetBytesFromBase64(out var der)
        )
        {
            return null;
        }

        try
        {
            return X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string? FirstFalse(JsonElement claims, X509Certificate2 leaf, string audience, DateTimeOffset now, out string issuer)
    {
        issuer = string.Empty;
        if (!CompactText.TryMember(claims, "iss", out var said) || said is not { Length: > 0 and <= 256 } || !ShownText.IsLine(said))
        {
            return "statement:iss";
        }

        // UDAP: the applicant is who the certificate says, letter by letter.
        issuer = said;
        if (!CompactText.TryMember(claims, "sub", out var subject) || subject != said)
        {
            return "statement:sub";
        }

        if (
            !CertificateNames.IsOfAnEnd(leaf, mustSay: false)
            || leaf.NotBefore.ToUniversalTime() > now.UtcDateTime
            || leaf.NotAfter.ToUniversalTime() <= now.UtcDateTime
            || !CertificateNames.UrisOf(leaf).Contains(said, StringComparer.Ordinal)
        )
        {
            return "statement:certificate";
        }

        if (!AudienceClaim.IsOnly(claims, [audience]))
        {
            return "statement:aud";
        }

        if (!NumericDate.TryRead(claims, "exp", out var expires) || expires <= now || expires > now + LongestLife + Skew)
        {
            return "statement:exp";
        }

        if (!NumericDate.TryRead(claims, "iat", out var issued) || issued > now + Skew || expires - issued > LongestLife)
        {
            return "statement:iat";
        }

        // Shown again it is the same request: nothing is remembered of it.
        return CompactText.TryMember(claims, "jti", out var id) && id is { Length: > 0 and <= 256 } ? null : "statement:jti";
    }

    // The certificate's key; null: it did not sign this.
    private static PublicJwk? FindSigner(string statement, string? algorithm, X509Certificate2 leaf)
    {
        var end = statement.LastIndexOf('.');
        var data = Encoding.ASCII.GetBytes(statement[..end]);
        var signature = Base64Url.DecodeFromChars(statement.AsSpan(end + 1));
        try
        {
            using var rsa = leaf.GetRSAPublicKey();
            using var ec = rsa is null ? leaf.GetECDsaPublicKey() : null;
            switch (algorithm)
            {
                case "RS256" or "RS384" or "PS256" or "PS384" when rsa is { KeySize: >= LeastBits and <= MostBits }:
                    var padding = algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
                    return rsa.VerifyData(data, signature, HashOf(algorithm), padding) ? Of(rsa) : null;
                case "ES256" or "ES384" when ec is not null && ec.KeySize == (algorithm == "ES256" ? 256 : 384):
                    return ec.VerifyData(data, signature, HashOf(algorithm)) ? Of(ec) : null;
                default:
                    return null;
            }
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static HashAlgorithmName HashOf(string algorithm) =>
        algorithm.EndsWith("256", StringComparison.Ordinal) ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA384;

    private static PublicJwk Of(RSA key)
    {
        var numbers = key.ExportParameters(includePrivateParameters: false);
        return new PublicJwk
        {
            Kty = "RSA",
            N = Base64Url.EncodeToString(numbers.Modulus),
            E = Base64Url.EncodeToString(numbers.Exponent),
        };
    }

    private static PublicJwk Of(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new PublicJwk
        {
            Kty = "EC",
            Crv = key.KeySize == 256 ? "P-256" : "P-384",
            X = Base64Url.EncodeToString(point.X),
            Y = Base64Url.EncodeToString(point.Y),
        };
    }
}

/// <summary>What came of the check of a software statement.</summary>
/// <param name="Facts">What it says; null: it does not hold.</param>
/// <param name="Flaw">What failed, for the record.</param>
/// <param name="IsUnapproved">It holds, and no authority vouches for who signed it.</param>
public sealed record StatementCheck(StatementFacts? Facts, string? Flaw, bool IsUnapproved = false);

/// <summary>What a software statement says that holds.</summary>
/// <param name="Claims">Its claims.</param>
/// <param name="SignedBy"><c>iss</c>: the URI in the certificate.</param>
/// <param name="Certificate">SHA-256 of the certificate, lower-case hex.</param>
/// <param name="Key">The certificate's key.</param>
/// <param name="IsVouched">Whether an authority vouches for it.</param>
public sealed record StatementFacts(JsonElement Claims, string SignedBy, string Certificate, PublicJwk Key, bool IsVouched);
