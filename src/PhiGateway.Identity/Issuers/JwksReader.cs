using System.Buffers.Text;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Identity.Common;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Identity.Issuers;

/// <summary>
/// Reads a JWK set (RFC 7517) by the strictest reading: public RSA and EC signature keys of sufficient size, nothing else.
/// </summary>
internal static class JwksReader
{
    private const int MinimumRsaBits = 2048;

    // What a larger key costs to verify is paid by us.
    private const int MaximumRsaBits = 8192;
    private const int MaximumKeys = 64;

    private static readonly ConditionalWeakTable<PublicJwk, RegisteredKey> Registered = [];

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>Reads a whole set; keys that may not be used are left out, each with a problem in words.</summary>
    public static JwksReading Read(ReadOnlyMemory<byte> json)
    {
        // RFC 8259 section 8.1: a reader may pass over the mark that some editors and servers put in front.
        if (json.Span.StartsWith("\ufeff"u8))
        {
            json = json[3..];
        }

        JsonDocument document;
        try
        {
            document = OneWayJson.Parse(json, Strict);
        }
        catch (JsonException fault)
        {
            return JwksReading.Failed(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the key set is not JSON that can be read in one way: line {fault.LineNumber + 1}, column {fault.BytePositionInLine + 1}"
                )
            );
        }

        using (document)
        {
            if (
                document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("keys", out var array)
                || array.ValueKind != JsonValueKind.Array
            )
            {
                return JwksReading.Failed("the key set has no array 'keys'");
            }

            if (array.GetArrayLength() > MaximumKeys)
            {
                return JwksReading.Failed($"the key set holds more than {MaximumKeys} keys");
            }

            var keys = new List<IssuerKey>();
            var problems = new List<string>();
            var position = 0;
            foreach (var element in array.EnumerateArray())
            {
                var key = ReadKey(element, out var problem);
                if (key is not null)
                {
                    keys.Add(key);
                }
                else if (problem is not null)
                {
                    problems.Add($"key {position} {problem}");
                }

                position++;
            }

            if (keys.Count == 0)
            {
                problems.Add("the key set holds no usable public RSA or EC signature key");
            }

            return new JwksReading(keys.Count == 0 ? null : new IssuerKeySet(keys), problems);
        }
    }

    /// <summary>
    /// Reads the keys of a SPIFFE bundle for tokens of workloads (Trust Domain and Bundle, section 4.2.2); null: there is none that may be
    /// used.
    /// </summary>
    public static IssuerKeySet? ReadSvidKeys(JsonElement bundle)
    {
        if (
            bundle.ValueKind != JsonValueKind.Object
            || !bundle.TryGetProperty("keys", out var array)
            || array.ValueKind != JsonValueKind.Array
            || array.GetArrayLength() > MaximumKeys
        )
        {
            return null;
        }

        var keys = new List<IssuerKey>();
        foreach (var element in array.EnumerateArray())
        {
            if (ReadKey(element, out _, "jwt-svid") is { } key)
            {
                keys.Add(key);
            }
        }

        return keys.Count == 0 ? null : new IssuerKeySet(keys);
    }

    /// <summary>Reads one key as the registry has it; null: it cannot verify anything.</summary>
    /// <remarks>Once for each document of the registry: a key of one lives as long as what names it.</remarks>
    public static IssuerKey? ReadOne(PublicJwk jwk) =>
        Registered
            .GetValue(
                jwk,
                static key =>
                {
                    using var document = JsonSerializer.SerializeToDocument(key, RegistryJson.Options);
                    return new RegisteredKey(ReadKey(document.RootElement, out _));
                }
            )
            .Key;

    // A key of a foreign sort (OKP, encryption) is none of our business: left out without a problem.
    private static IssuerKey? ReadKey(JsonElement element, out string? problem, string? onlyUse = null)
    {
        problem = null;
        if (element.ValueKind != JsonValueKind.Object || !TryText(element, "kty", out var type) || type is null)
        {
            problem = "is not a JWK";
            return null;
        }

        if (type == "oct" || element.TryGetProperty("k", out _))
        {
            problem = "is symmetric: anyone who can check a token could also make one";
            return null;
        }

        if (element.TryGetProperty("d", out _) || element.TryGetProperty("p", out _) || element.TryGetProperty("q", out _))
        {
            problem = "is a private key: publish only the public half, and replace the key";
            return null;
        }

        if (!TryText(element, "kid", out var kid) || !TryText(element, "alg", out var alg) || !TryText(element, "use", out var use))
        {
            problem = "has a kid, alg or use that is not text";
            return null;
        }

        var isOfUse = onlyUse is null ? use is null or "sig" : use == onlyUse;
        if (!isOfUse || (alg is not null && SignatureAlgorithm.Find(alg) is null))
        {
            return null;
        }

        try
        {
            return type switch
            {
                "RSA" => ReadRsa(element, kid, alg, out problem),
                "EC" => ReadEc(element, kid, alg, out problem),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            problem = "does not hold a valid public key";
            return null;
        }
    }

    private static IssuerKey? ReadRsa(JsonElement element, string? kid, string? alg, out string? problem)
    {
        problem = "does not hold a valid public key";
        if (!TryText(element, "n", out var n) || !TryText(element, "e", out var e) || n is null || e is null)
        {
            return null;
        }

        var modulus = Base64Url.DecodeFromChars(n).AsSpan().TrimStart((byte)0);
        var exponent = Base64Url.DecodeFromChars(e).AsSpan().TrimStart((byte)0);
        if (modulus.Length > MaximumRsaBits / 8)
        {
            problem = $"is an RSA key of more than {MaximumRsaBits} bits";
            return null;
        }

        // With 1 anybody signs, and with a number as large as the key a check takes a hundred times as long.
        if (exponent.Length is 0 or > 4 || (exponent[^1] & 1) == 0 || exponent is [1])
        {
            problem = "has an exponent that no RSA key has: it is odd, at least 3 and of four bytes at most";
            return null;
        }

        using var rsa = RSA.Create(new RSAParameters { Modulus = modulus.ToArray(), Exponent = exponent.ToArray() });
        if (rsa.KeySize < MinimumRsaBits)
        {
            problem = $"is an RSA key of {rsa.KeySize} bits; at least {MinimumRsaBits} are required (RFC 8725 section 3.5)";
            return null;
        }

        problem = null;
        return ToKey(
            new JsonWebKey
            {
                Kty = "RSA",
                N = n,
                E = e,
            },
            kid,
            alg
        );
    }

    private static IssuerKey? ReadEc(JsonElement element, string? kid, string? alg, out string? problem)
    {
        problem = "does not hold a valid public key";
        if (
            !TryText(element, "crv", out var crv)
            || !TryText(element, "x", out var x)
            || !TryText(element, "y", out var y)
            || x is null
            || y is null
        )
        {
            return null;
        }

        ECCurve? curve = crv switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            "P-521" => ECCurve.NamedCurves.nistP521,
            _ => null,
        };
        if (curve is null)
        {
            problem = null;
            return null;
        }

        // The import checks that the point lies on the curve (RFC 8725 section 3.4).
        using var ecdsa = ECDsa.Create(
            new ECParameters
            {
                Curve = curve.Value,
                Q = new ECPoint { X = Base64Url.DecodeFromChars(x), Y = Base64Url.DecodeFromChars(y) },
            }
        );
        problem = null;
        return ToKey(
            new JsonWebKey
            {
                Kty = "EC",
                Crv = crv,
                X = x,
                Y = y,
            },
            kid,
            alg
        );
    }

    private static IssuerKey ToKey(JsonWebKey key, string? kid, string? alg)
    {
        var thumbprint = Base64Url.EncodeToString(key.ComputeJwkThumbprint());
        // Signature providers are pooled by key id: the thumbprint keeps a new key under an old name apart from the old one.
        key.KeyId = thumbprint;
        return new IssuerKey(kid, alg, key.Kty, key.Crv, thumbprint, key);
    }

    private static bool TryText(JsonElement element, string name, out string? text)
    {
        text = null;
        if (!element.TryGetProperty(name, out var value))
        {
            return true;
        }

        return value.ValueKind == JsonValueKind.String && ClaimText.TryRead(value, out text);
    }

    // A key, or that there is none.
    private sealed record RegisteredKey(IssuerKey? Key);
}
