using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Signing;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>Asks the registry whether a token that was issued here, or one that it came of, is revoked, in the words in which calls ask.</summary>
internal static class Revoked
{
    public static bool Is(RegistrySnapshot snapshot, TokenServiceOptions options, IssuedToken token, string text)
    {
        var hashes = TokenSigner.HashesOf(text);
        return TokenQuestions.IsRevoked(
            snapshot,
            new Caller
            {
                Issuer = options.Name,
                IssuerEnvironment = string.Empty,
                ClientId = token.ClientId,
                Subject = token.Subject,
                Scopes = ScopeSet.Empty,
                IssuedAt = token.IssuedAt,
                ExpiresAt = token.ExpiresAt,
                TokenId = token.Id,
                TokenHash = hashes.SigningInput,
                TokenTextHashes = hashes.Texts,
                ParentIds = token.Parents.Ids,
                ParentHashes = token.Parents.Hashes,
            }
        );
    }
}
