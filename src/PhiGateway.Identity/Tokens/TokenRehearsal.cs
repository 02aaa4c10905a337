using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Shows the check of tokens, for each algorithm of an issuer, one that nobody has signed: whatever the first token would wait for (its
/// scheme, the library, the key in the form in which it verifies) is there then. Called once for each issuer, when its keys have come.
/// </summary>
/// <remarks>
/// Security: it goes the way of any token, up to its signature, which is random bytes: it is refused as a forged one is. It is no request:
/// nothing is recorded, nobody else's room is taken, and nobody is let in by it, whatever came of it.
/// </remarks>
/// <param name="scopes">Services of a request.</param>
/// <param name="authenticator">The check.</param>
/// <param name="time">Clock.</param>
internal sealed class TokenRehearsal(IServiceScopeFactory scopes, ICallerAuthenticator authenticator, TimeProvider time)
{
    private const string Name = "rehearsal";

    // Nobody calls from there: what is shown from no address at all shares its count with whoever is too many to have one.
    private static readonly IPAddress Nowhere = IPAddress.Any;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    /// <summary>Shows it one for each algorithm for which there is a key.</summary>
    /// <returns>What came of each.</returns>
    public async Task<IReadOnlyList<CallerResult>> RunAsync(TrustedIssuer issuer, IssuerKeySet keys)
    {
        var results = new List<CallerResult>();
        foreach (var name in issuer.Options.Algorithms)
        {
            if (issuer.FindAlgorithm(name) is not { } algorithm || FindKey(keys, algorithm) is not { } key)
            {
                continue;
            }

            await using var scope = scopes.CreateAsyncScope();
            var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            context.Connection.RemoteIpAddress = Nowhere;
            context.Request.Headers.Authorization = "Bearer " + Write(issuer.Options, key, name);
            results.Add(await authenticator.AuthenticateAsync(context));
        }

        return results;
    }

    // One that a token finds by its header.
    private static IssuerKey? FindKey(IssuerKeySet keys, SignatureAlgorithm algorithm)
    {
        foreach (var key in keys.All)
        {
            if (ReferenceEquals(keys.Find(key.KeyId, algorithm), key))
            {
                return key;
            }
        }

        return null;
    }

    private string Write(IssuerOptions issuer, IssuerKey key, string algorithm)
    {
        var header = new JsonObject { ["alg"] = algorithm };
        if (issuer.Types.Count > 0)
        {
            header["typ"] = issuer.Types[0];
        }

        if (key.KeyId is { } id)
        {
            header["kid"] = id;
        }

        var now = time.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = issuer.Issuer,
            ["aud"] = issuer.Audience,
            ["sub"] = Name,
            ["jti"] = Name,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Life).ToUnixTimeSeconds(),
        };
        return $"{Encode(header)}.{Encode(claims)}.{Base64Url.EncodeToString(Forge(key))}";
    }

    private static string Encode(JsonObject members) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(members.ToJsonString()));

    // As long as a signature of the key is, and below its modulus: one of another length is refused before anything is worked out.
    private static byte[] Forge(IssuerKey key)
    {
        var bytes = (key.SecurityKey.KeySize + 7) / 8;
        var signature = RandomNumberGenerator.GetBytes(key.Curve is null ? bytes : 2 * bytes);
        signature[0] = 0;
        return signature;
    }
}
