using System.Text;
using Microsoft.Extensions.Primitives;
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
/// <param name="takesBasic">Whether a key is taken as the password of HTTP Basic too, under the user name that is registered with it.</param>
internal sealed class ApiKeyReader(ISnapshotSource? snapshots, string environment, ScopeSet scopes, bool takesBasic = false)
{
    private const string Scheme = "Basic ";

    // A name of 64 characters and a key.
    private const int MostBasic = 256;

    /// <summary>What every key begins with, so that one is known wherever it turns up.</summary>
    public const string Prefix = "phik_";

    // 32 bytes in base64url.
    private const int SecretLength = 43;

    /// <summary>Whether a credential is meant as a key; one whose letters were changed on the way holds a secret all the same.</summary>
    public static bool IsKey(ReadOnlySpan<char> token) => token.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>The caller that a key proves.</summary>
    public CallerResult Read(ReadOnlySpan<char> key, bool isDpop) =>
        isDpop ? CallerResult.Refused(DenyReason.InvalidToken) : Read(key, user: null);

    /// <summary>
    /// The caller that a key proves as the password of HTTP Basic (RFC 7617); null: the header holds something else, or nobody takes this here.
    /// </summary>
    /// <remarks>Security: a key that is registered with a name comes under it and in no other way, and one without a name never so.</remarks>
    public CallerResult? ReadBasic(StringValues values)
    {
        if (!takesBasic || snapshots is null || values is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var text = value.AsSpan(Scheme.Length).Trim(' ');
        Span<byte> bytes = stackalloc byte[MostBasic];
        if (
            text.Length > MostBasic
            || !Convert.TryFromBase64Chars(text, bytes, out var length)
            || !Ascii.IsValid(bytes[..length])
            || bytes[..length].IndexOf((byte)':') is not (> 0 and var colon)
        )
        {
            return CallerResult.Refused(DenyReason.MalformedCredential);
        }

        return Read(Encoding.ASCII.GetString(bytes[(colon + 1)..length]), Encoding.ASCII.GetString(bytes[..colon]));
    }

    private CallerResult Read(ReadOnlySpan<char> key, string? user)
    {
        if (snapshots is null || key.Length != Prefix.Length + SecretLength || !IsKey(key))
        {
            return CallerResult.Refused(DenyReason.InvalidToken);
        }

        var hash = TokenKey.Of(key).ToString();
        if (
            Find(snapshots.Current.FindClient(CredentialIdentity.ApiKey, hash), hash) is not { } credential
            || !string.Equals(credential.BasicUser, user, StringComparison.Ordinal)
        )
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
