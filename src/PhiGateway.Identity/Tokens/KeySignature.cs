using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Says whether a signed text is signed by one key and algorithm, and nothing more: for readers of assertions, answers and signals, who have
/// judged everything else from the text that the signature covers.
/// </summary>
/// <param name="mostBytes">Length of the longest text that is looked at.</param>
internal sealed class KeySignature(int mostBytes)
{
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = mostBytes };

    /// <summary>Whether it is.</summary>
    /// <param name="token">The text, in compact form.</param>
    /// <param name="key">The one key that counts.</param>
    /// <param name="algorithm">The one algorithm that counts; the text does not choose it.</param>
    public async Task<bool> IsOfAsync(string token, IssuerKey key, SignatureAlgorithm algorithm)
    {
        var parameters = new TokenValidationParameters
        {
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
            RequireExpirationTime = false,
            RequireSignedTokens = true,
            TryAllIssuerSigningKeys = false,
            ValidAlgorithms = [algorithm.Name],
            IssuerSigningKeyResolver = (_, _, _, _) => [key.SecurityKey],
        };
        return (await _handler.ValidateTokenAsync(token, parameters)).IsValid;
    }
}
