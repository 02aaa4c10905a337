using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Identity.Issuers;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

public sealed class JwksReaderTests
{
    private static readonly SignatureAlgorithm Es256 = SignatureAlgorithm.Find("ES256")!;
    private static readonly SignatureAlgorithm Rs256 = SignatureAlgorithm.Find("RS256")!;
    private static readonly SignatureAlgorithm Ps256 = SignatureAlgorithm.Find("PS256")!;

    [Theory]
    [InlineData("<html>", "not JSON")]
    [InlineData("", "not JSON")]
    [InlineData("[]", "no array 'keys'")]
    [InlineData("{\"keys\":{}}", "no array 'keys'")]
    [InlineData("{\"keys\":[],\"keys\":[]}", "not JSON")]
    [InlineData("{\"keys\":[]}", "no usable")]
    [InlineData("{\"keys\":[7]}", "not a JWK")]
    [InlineData("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}]}", "no usable")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}]}", "symmetric")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"n\":\"!\",\"e\":\"AQAB\"}]}", "valid public key")]
    [InlineData("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}]}", "valid public key")]
    public void Read_NoUsableKey_SaysWhy(string json, string words)
    {
        var reading = Read(json);

        Assert.Null(reading.Keys);
        Assert.Contains(reading.Problems, problem => problem.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_PublicKeys_AreFoundByNameAndAlgorithm()
    {
        var keys = Read(SigningKey.Jwks([SigningKey.Es256("e"), SigningKey.Rs256("r")])).Keys;

        Assert.NotNull(keys);
        Assert.NotNull(keys.Find("e", Es256));
        Assert.NotNull(keys.Find("r", Rs256));
        Assert.Null(keys.Find("e", Rs256));
        Assert.Null(keys.Find("r", Ps256));
        Assert.Null(keys.Find("E", Es256));
        Assert.NotNull(keys.Find(null, Es256));
    }

    [Fact]
    public void Find_SeveralKeysWouldFit_FindsNone()
    {
        var keys = Read(SigningKey.Jwks([SigningKey.Es256("e"), SigningKey.Es256("e"), SigningKey.Es256("f")])).Keys!;

        Assert.Null(keys.Find("e", Es256));
        Assert.Null(keys.Find(null, Es256));
        Assert.NotNull(keys.Find("f", Es256));
    }

    [Fact]
    public void Read_PrivateKey_IsLeftOutWithAProblem()
    {
        var json = new JsonObject
        {
            ["keys"] = new JsonArray(SigningKey.Es256("private").PrivateJwk(), SigningKey.Es256("public").PublicJwk()),
        };

        var reading = Read(json.ToJsonString());

        Assert.Contains("private key", Assert.Single(reading.Problems), StringComparison.Ordinal);
        Assert.Null(reading.Keys!.Find("private", Es256));
        Assert.NotNull(reading.Keys.Find("public", Es256));
    }

    [Fact]
    public void Read_SmallRsaKey_IsLeftOutWithAProblem()
    {
        var reading = Read(SigningKey.Jwks([SigningKey.Rs256("small", 1024), SigningKey.Rs256("r")]));

        Assert.Contains("1024 bits", Assert.Single(reading.Problems), StringComparison.Ordinal);
        Assert.Null(reading.Keys!.Find("small", Rs256));
        Assert.NotNull(reading.Keys.Find("r", Rs256));
    }

    // With an exponent of 1 anybody signs; with one as large as the key, or a key of any size, a check takes as long as its owner likes.
    [Theory]
    [InlineData("AQAB", true)]
    [InlineData("AAEAAQ", true)]
    [InlineData("Aw", true)]
    [InlineData("AQ", false)]
    [InlineData("AAAB", false)]
    [InlineData("Ag", false)]
    [InlineData("AA", false)]
    [InlineData("", false)]
    [InlineData("AQAAAQ", true)]
    [InlineData("AQAAAAAB", false)]
    public void Read_RsaKeyByItsExponent_IsTakenOrLeftOutWithAProblem(string exponent, bool isTaken)
    {
        var jwk = SigningKey.Rs256("r").PublicJwk();
        jwk["e"] = exponent;

        var reading = Read(new JsonObject { ["keys"] = new JsonArray(jwk) }.ToJsonString());

        Assert.Equal(isTaken, reading.Keys is not null);
        Assert.Equal(isTaken, reading.Problems.Count == 0);
    }

    [Fact]
    public void Read_RsaKeyBeyondAllSizes_IsLeftOutWithAProblem()
    {
        var jwk = SigningKey.Rs256("large").PublicJwk();
        jwk["n"] = new string('_', 16_384);

        var reading = Read(new JsonObject { ["keys"] = new JsonArray(jwk, SigningKey.Rs256("r").PublicJwk()) }.ToJsonString());

        Assert.Contains("more than 8192 bits", Assert.Single(reading.Problems), StringComparison.Ordinal);
        Assert.Equal(1, reading.Keys!.Count);
    }

    [Fact]
    public void Read_SetBehindAByteOrderMark_IsRead()
    {
        var json = SigningKey.Jwks([SigningKey.Es256("e")]);

        Assert.Equal(1, Read("\ufeff" + json).Keys!.Count);
        Assert.Null(Read("\ufeff\ufeff" + json).Keys);
        Assert.Null(Read(json + "\ufeff").Keys);
    }

    [Fact]
    public void Read_EncryptionKey_IsLeftOutWithoutAProblem()
    {
        var encryption = SigningKey.Es256("enc").PublicJwk();
        encryption["use"] = "enc";

        var reading = Read(new JsonObject { ["keys"] = new JsonArray(encryption, SigningKey.Es256("sig").PublicJwk()) }.ToJsonString());

        Assert.Empty(reading.Problems);
        Assert.Equal(1, reading.Keys!.Count);
    }

    private static JwksReading Read(string json) => JwksReader.Read(Encoding.UTF8.GetBytes(json));
}
