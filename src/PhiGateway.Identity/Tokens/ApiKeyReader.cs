using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Recognises the API keys of clients that cannot do OAuth, by their hash in the registry; asked by <see cref="CallerAuthenticator"/>
/// before anything else is made of a credential.
/// </summary>
/// <remarks>
/// Security: a key is never shown to an issuer, also where keys are not taken. It is 256 random bits, so that its hash needs no salt and no
/// slowness. Its scope is what the use case approves; what it lacks (an audience, a short life, proof of possession) the decision asks of
/// networks and expiry.
/// </remarks>
/// <param name="snapshots">The registry; null: no key is taken here.</param>
/// <param name="environment">The gateway's own, which stands in the place of the issuer's.</param>
/// <param name="scopes">Everything: a key has no scopes of its own.</param>
internal sealed class ApiKeyReader(ISnapshotSource? snapshots, string environment, ScopeSet scopes)
{
    /// <summary>What every key begins with, so that one is known wherever it turns up.</summary>
    public const string Prefix = "phik_";

    // 32 bytes in base64url.
    private const int SecretLength = 43;

    /// <summary>Whether a credential is meant as a key; one whose letters were changed on the way holds a secret all the same.</summary>
    public static bool IsKey(ReadOnlySpan<char> token) => token.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The caller that a key proves.</summary>
    public CallerResult Read(ReadOnlySpan<char> key, bool isDpop)
    {
        if (snapshots is null || isDpop || key.Length != Prefix.Length + SecretLength)
        {
            return CallerResult.Refused(DenyReason.InvalidToken);
        }

        var hash = TokenKey.Of(key).ToString();
        if (Find(snapshots.Current.FindClient(CredentialIdentity.ApiKey, hash), hash) is not { } credential)
        {
            return CallerResult.Refused(DenyReason.InvalidToken);
        }

        return CallerResult.Of(
            new Caller
            {
                Issuer = CredentialIdentity.ApiKey,
                IssuerEnvironment = environment,
                ClientId = hash,
                Scopes = scopes,
                PurposeFromRegistry = true,
                IssuedAt = MomentOf(credential.Created) ?? DateTimeOffset.UnixEpoch,
                ExpiresAt = MomentOf(credential.Expires) ?? DateTimeOffset.MaxValue,
                TokenHash = hash,
                TokenTextHashes = [hash],
                Binding = ProofBinding.ApiKey,
            }
        );
    }

    private static Credential? Find(ClientEntry? client, string hash)
    {
        foreach (var credential in client?.Credentials ?? [])
        {
            if (credential.Kind == CredentialKind.ApiKey && string.Equals(credential.KeyHash, hash, StringComparison.Ordinal))
            {
                return credential;
            }
        }

        return null;
    }

    private static DateTimeOffset? MomentOf(DateOnly? day) =>
        day is { } one ? new DateTimeOffset(one, TimeOnly.MinValue, TimeSpan.Zero) : null;
}
