using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Policy.Decisions;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>A token is one token whatever its signature and its text are made to look like.</summary>
public sealed class TokenIdentityTests : IDisposable
{
    private static readonly Dictionary<string, string> Orders = new(StringComparer.Ordinal)
    {
        ["ES256"] = "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        ["ES384"] = "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
        ["ES512"] =
            "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
    };

    private readonly IdentityHost _host = new(options => options.Algorithms = ["ES256", "ES384", "ES512", "RS256", "PS256"]);

    private int _keys;

    public static TheoryData<string> Algorithms => ["ES256", "ES384", "ES512", "RS256", "PS256"];

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public async Task Authenticate_SignatureMirrored_IsTheSameTokenToEveryRevocation(string algorithm)
    {
        for (var round = 0; round < 8; round++)
        {
            var token = Token(algorithm);
            var mirrored = Mirror(token, algorithm);
            Assert.NotEqual(token, mirrored);

            var first = Assert.IsType<Caller>((await _host.AuthenticateAsync("Bearer " + token)).Caller);
            var second = Assert.IsType<Caller>((await _host.AuthenticateAsync("Bearer " + mirrored)).Caller);

            Assert.Equal(first.TokenHash, second.TokenHash);
            Assert.Equal(first.TokenTextHashes.Order(), second.TokenTextHashes.Order());
            Assert.Contains(HashOf(token), second.TokenTextHashes);
            Assert.Contains(HashOf(mirrored), first.TokenTextHashes);
        }
    }

    [Fact]
    public async Task Authenticate_SignedTwiceOverOneText_IsOneToken()
    {
        var key = SigningKey.Ps256("k2");
        _host.Publish(key);
        var recipe = _host.Recipe(key);
        var (one, other) = (recipe.Sign(), recipe.Sign());
        Assert.NotEqual(one, other);

        var first = (await _host.AuthenticateAsync("Bearer " + one)).Caller;
        var second = (await _host.AuthenticateAsync("Bearer " + other)).Caller;

        Assert.Equal(first!.TokenHash, second!.TokenHash);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Authenticate_EveryOtherTextOfAToken_IsRefusedOrTheSameToken(string algorithm)
    {
        var token = Token(algorithm);
        var good = Assert.IsType<Caller>((await _host.AuthenticateAsync("Bearer " + token)).Caller);

        foreach (var variant in Variants(token))
        {
            var result = await _host.AuthenticateAsync("Bearer " + variant);

            Assert.True(result.Caller is null || result.Caller.TokenHash == good.TokenHash, variant);
        }
    }

    [Fact]
    public async Task Authenticate_KnownPayloadUnderAForgedSignature_IsNotTakenFromTheCache()
    {
        var token = Token("ES256");
        Assert.NotNull((await _host.AuthenticateAsync("Bearer " + token)).Caller);
        var forged = token[..(token.LastIndexOf('.') + 1)] + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(64));

        Assert.Null((await _host.AuthenticateAsync("Bearer " + forged)).Caller);
        Assert.NotNull((await _host.AuthenticateAsync("Bearer " + token)).Caller);
    }

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    private string Token(string algorithm)
    {
        var name = $"key-{_keys++}";
        var key = algorithm switch
        {
            "ES256" => SigningKey.Es256(name),
            "ES384" => SigningKey.Es384(name),
            "ES512" => SigningKey.Es512(name),
            "PS256" => SigningKey.Ps256(name),
            _ => SigningKey.Rs256(name),
        };
        _host.Publish(key);
        _host.Clock.Advance(TimeSpan.FromSeconds(10));
        return _host.Recipe(key).Sign();
    }

    // The spare bits, the padding, the length, the form of the signature, blanks around header and payload, a number beyond its modulus.
    private static IEnumerable<string> Variants(string token)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        var parts = token.Split('.');
        for (var part = 0; part < 3; part++)
        {
            var text = parts[part];
            var last = Alphabet.IndexOf(text[^1], StringComparison.Ordinal);
            for (var spare = 1; spare < 16; spare++)
            {
                yield return With(part, text[..^1] + Alphabet[last ^ spare]);
            }

            yield return With(part, text + "=");
            yield return With(part, text + "==");
            yield return With(part, text + "A");
            yield return With(part, text + "AA");
            yield return With(part, text.Replace('-', '+').Replace('_', '/') + "=");
            var bytes = Base64Url.DecodeFromChars(text);
            yield return With(part, Base64Url.EncodeToString([0, .. bytes]));
            yield return With(part, Base64Url.EncodeToString([(byte)' ', .. bytes]));
            yield return With(part, Base64Url.EncodeToString([.. bytes, (byte)'\n']));
        }

        var signature = Base64Url.DecodeFromChars(parts[2]);
        var half = signature.Length / 2;
        yield return With(2, Base64Url.EncodeToString(Der(signature.AsSpan(0, half), signature.AsSpan(half))));
        yield return With(2, Base64Url.EncodeToString([0, .. signature.AsSpan(0, half), 0, .. signature.AsSpan(half)]));
        yield return token + ".";
        yield return "." + token;
        yield return token.ToUpperInvariant();

        string With(int part, string text) => string.Join('.', parts.Select((other, index) => index == part ? text : other));
    }

    private static byte[] Der(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(first, isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(second, isUnsigned: true, isBigEndian: true));
        }

        return writer.Encode();
    }

    private static string Mirror(string token, string algorithm)
    {
        var at = token.LastIndexOf('.') + 1;
        var signature = Base64Url.DecodeFromChars(token.AsSpan(at));
        var half = signature.Length / 2;
        var order = BigInteger.Parse(Orders[algorithm], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var other = (order - new BigInteger(signature.AsSpan(half), isUnsigned: true, isBigEndian: true)).ToByteArray(
            isUnsigned: true,
            isBigEndian: true
        );
        var mirrored = signature.AsSpan(0, half).ToArray().Concat(new byte[half - other.Length]).Concat(other).ToArray();
        return string.Concat(token.AsSpan(0, at), Base64Url.EncodeToString(mirrored));
    }
}
