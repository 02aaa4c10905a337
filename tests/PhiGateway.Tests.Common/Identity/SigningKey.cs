using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace PhiGateway.Tests.Common.Identity;

/// <summary>A key pair of a test issuer: signs by hand, so that tests can make tokens no library would make.</summary>
internal sealed class SigningKey
{
    private readonly ECDsa? _ec;
    private readonly RSA? _rsa;

    private SigningKey(string kid, string alg, ECDsa? ec, RSA? rsa)
    {
        KeyId = kid;
        Algorithm = alg;
        _ec = ec;
        _rsa = rsa;
    }

    public string KeyId { get; }

    public string Algorithm { get; }

    public static SigningKey Es256(string kid) => new(kid, "ES256", ECDsa.Create(ECCurve.NamedCurves.nistP256), null);

    public static SigningKey Es384(string kid) => new(kid, "ES384", ECDsa.Create(ECCurve.NamedCurves.nistP384), null);

    public static SigningKey Es512(string kid) => new(kid, "ES512", ECDsa.Create(ECCurve.NamedCurves.nistP521), null);

    public static SigningKey Ps256(string kid) => new(kid, "PS256", null, RSA.Create(2048));

    public static SigningKey Rs256(string kid, int bits = 2048) => new(kid, "RS256", null, RSA.Create(bits));

    public static SigningKey Rs384(string kid) => new(kid, "RS384", null, RSA.Create(2048));

    public string PublicPem() => _ec?.ExportSubjectPublicKeyInfoPem() ?? _rsa!.ExportSubjectPublicKeyInfoPem();

    public string PrivatePem() => _ec?.ExportPkcs8PrivateKeyPem() ?? _rsa!.ExportPkcs8PrivateKeyPem();

    public JsonObject PublicJwk()
    {
        var jwk = new JsonObject
        {
            ["kid"] = KeyId,
            ["use"] = "sig",
            ["alg"] = Algorithm,
        };
        if (_ec is not null)
        {
            var point = _ec.ExportParameters(false).Q;
            jwk["kty"] = "EC";
            jwk["crv"] = Algorithm switch
            {
                "ES256" => "P-256",
                "ES384" => "P-384",
                _ => "P-521",
            };
            jwk["x"] = Base64Url.EncodeToString(point.X);
            jwk["y"] = Base64Url.EncodeToString(point.Y);
            return jwk;
        }

        var parameters = _rsa!.ExportParameters(false);
        jwk["kty"] = "RSA";
        jwk["n"] = Base64Url.EncodeToString(parameters.Modulus);
        jwk["e"] = Base64Url.EncodeToString(parameters.Exponent);
        return jwk;
    }

    public JsonObject PrivateJwk()
    {
        var jwk = PublicJwk();
        if (_ec is not null)
        {
            jwk["d"] = Base64Url.EncodeToString(_ec.ExportParameters(true).D);
            return jwk;
        }

        var secret = _rsa!.ExportParameters(true);
        jwk["d"] = Base64Url.EncodeToString(secret.D);
        jwk["p"] = Base64Url.EncodeToString(secret.P);
        jwk["q"] = Base64Url.EncodeToString(secret.Q);
        jwk["dp"] = Base64Url.EncodeToString(secret.DP);
        jwk["dq"] = Base64Url.EncodeToString(secret.DQ);
        jwk["qi"] = Base64Url.EncodeToString(secret.InverseQ);
        return jwk;
    }

    public byte[] Sign(byte[] data) =>
        Algorithm switch
        {
            "ES256" => _ec!.SignData(data, HashAlgorithmName.SHA256),
            "ES384" => _ec!.SignData(data, HashAlgorithmName.SHA384),
            "ES512" => _ec!.SignData(data, HashAlgorithmName.SHA512),
            "RS384" => _rsa!.SignData(data, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
            "PS256" => _rsa!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            _ => _rsa!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };

    /// <summary>A compact JWS over exactly these texts.</summary>
    public string Token(string header, string payload)
    {
        var input =
            Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        return input + "." + Base64Url.EncodeToString(Sign(Encoding.ASCII.GetBytes(input)));
    }

    /// <summary>The JWKS document of some public keys.</summary>
    public static string Jwks(params IEnumerable<SigningKey> keys) =>
        new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.PublicJwk())]) }.ToJsonString();
}
