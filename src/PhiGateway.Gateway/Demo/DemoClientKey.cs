using System.Buffers.Text;
using System.Security.Cryptography;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Demo;

/// <summary>
/// The key with which the demonstration's lab vendor gets tokens from the gateway's own token service; made at start, its private half
/// written to one file.
/// </summary>
internal sealed class DemoClientKey
{
    /// <summary>Whose key it is.</summary>
    public const string Client = "acme-results-connector";

    private DemoClientKey(PublicJwk key, string file) => (Public, File) = (key, file);

    /// <summary>What is registered.</summary>
    public PublicJwk Public { get; }

    /// <summary>Where the private key lies, as a JWK.</summary>
    public string File { get; }

    /// <summary>Makes the key.</summary>
    public static DemoClientKey Create(string folder)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var key = pair.ExportParameters(includePrivateParameters: true);
        var jwk = new PublicJwk
        {
            Kty = "EC",
            Crv = "P-384",
            X = Base64Url.EncodeToString(key.Q.X),
            Y = Base64Url.EncodeToString(key.Q.Y),
            Kid = "acme-1",
        };
        var secret = Base64Url.EncodeToString(key.D);
        var text = $$"""{"kty":"EC","crv":"P-384","alg":"ES384","kid":"{{jwk.Kid}}","x":"{{jwk.X}}","y":"{{jwk.Y}}","d":"{{secret}}"}""";
        return new DemoClientKey(jwk, DemoFolder.WriteSecret(folder, $"{Client}.jwk", text));
    }
}
