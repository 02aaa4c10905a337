using System.Net;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Says whether a client may be given a token, and whether one that it has is still good: the same doors and revocations that its calls
/// meet, asked by the token service before a call is made.
/// </summary>
public static class TokenQuestions
{
    /// <summary>The keys by which a client may authenticate at the token service now; none when it is not known there.</summary>
    public static IReadOnlyList<Credential> KeysOf(RegistrySnapshot snapshot, string issuer, string clientId, DateTimeOffset now)
    {
        if (snapshot.FindBinding(issuer, clientId) is not { Client: var entry })
        {
            return [];
        }

        return OpenOf(snapshot, entry, CredentialKind.ClientKey, issuer, clientId, now);
    }

    /// <summary>
    /// Whether a key with which a client has just authenticated is still one of its own: time has passed since, and its credential may have been
    /// revoked meanwhile, or have ended.
    /// </summary>
    /// <param name="before">The registry by which it was.</param>
    /// <param name="after">The registry now.</param>
    /// <param name="issuer">Name of the token service.</param>
    /// <param name="clientId">The client's id there.</param>
    /// <param name="thumbprint">Of the key.</param>
    /// <param name="now">The moment.</param>
    public static bool IsStillKeyOf(
        RegistrySnapshot before,
        RegistrySnapshot after,
        string issuer,
        string clientId,
        string thumbprint,
        DateTimeOffset now
    )
    {
        // A key that does not stand in the registry stands at an address that does.
        var left = KeysOf(after, issuer, clientId, now);
        return IsAmong(KeysOf(before, issuer, clientId, now), thumbprint)
            ? IsAmong(left, thumbprint)
            : left.Any(static key => key.JwksUri is not null);
    }

    /// <summary>
    /// The names in a certificate by which a client without a key may authenticate at the token service now; none where it has a key or a
    /// certificate of its own, in whatever state, or is not known there.
    /// </summary>
    /// <remarks>
    /// Security: as for a certificate of the registry: beside a key it must not become the only thing that is proven. Beside a certificate
    /// that was revoked it must not let the same one in again; and calls take the registry's certificates alone, where it has any.
    /// </remarks>
    public static IReadOnlyList<Credential> CertificateNamesOf(
        RegistrySnapshot snapshot,
        string issuer,
        string clientId,
        DateTimeOffset now
    )
    {
        if (
            snapshot.FindBinding(issuer, clientId) is not { Client: var entry }
            || Array.Exists(
                entry.CompiledCredentials,
                static one => one.Credential.Kind is CredentialKind.ClientKey or CredentialKind.Certificate
            )
        )
        {
            return [];
        }

        return OpenOf(snapshot, entry, CredentialKind.TlsClientAuth, issuer, clientId, now);
    }

    /// <summary>Whether a client may come for persons of a provider, with an assertion of its (ID-JAG): registered for that, now.</summary>
    /// <param name="snapshot">The registry.</param>
    /// <param name="issuer">Name of the token service.</param>
    /// <param name="clientId">The client's id there.</param>
    /// <param name="provider">The provider's configured name.</param>
    /// <param name="now">The moment.</param>
    public static bool MayComeFor(RegistrySnapshot snapshot, string issuer, string clientId, string provider, DateTimeOffset now) =>
        snapshot.FindBinding(issuer, clientId) is { Client: var entry }
        && !snapshot.Revocations.Contains(RevocationTarget.Issuer, provider)
        && OpenOf(snapshot, entry, CredentialKind.IdentityAssertion, provider, clientId, now).Count > 0;

    /// <summary>
    /// Whether a certificate alone says that its holder is a client: it is one of the client's, in time and not revoked, and the client has no
    /// key to sign with, in whatever state.
    /// </summary>
    /// <remarks>
    /// Security: beside a key a certificate is a second thing that must be proven; it must not become the only one by the key's end.
    /// </remarks>
    public static bool IsCertificateOf(RegistrySnapshot snapshot, string issuer, string clientId, string hash, DateTimeOffset now) =>
        snapshot.FindBinding(issuer, clientId) is { Client: var entry }
        && !Array.Exists(entry.CompiledCredentials, static one => one.Credential.Kind == CredentialKind.ClientKey)
        && entry.Certificates.TryGetValue(hash, out var certificate)
        && IsOpen(certificate, now.UtcTicks)
        && RevocationQuestion.OfCredential(certificate, snapshot.Revocations) is null;

    /// <summary>Why a client's tokens are worth nothing now; null: its path is open, and <paramref name="client"/> is there.</summary>
    public static Deny? Ask(RegistrySnapshot snapshot, string issuer, string clientId, DateTimeOffset now, out ClientEntry? client)
    {
        client = null;
        if (snapshot.FindBinding(issuer, clientId) is not { Client: var entry, Credential: var credential })
        {
            return new Deny(DenyReason.UnknownClient);
        }

        client = entry;
        if (snapshot.NotUnderstood is { } unknown)
        {
            return new Deny(DenyReason.RegistryNotUnderstood, unknown);
        }

        var revocations = snapshot.Revocations;
        if (revocations.Contains(RevocationTarget.Issuer, issuer))
        {
            return new Deny(DenyReason.Revoked, "revocation/issuer");
        }

        var dead =
            RevocationQuestion.OfClient(entry, revocations)
            ?? RevocationQuestion.OfCredential(credential, revocations)
            ?? RevocationQuestion.OfUse(entry, revocations);
        if (dead is { } rule)
        {
            return new Deny(DenyReason.Revoked, rule);
        }

        var ticks = now.UtcTicks;
        return FirstClosed(entry.Doors, ticks) ?? FirstClosed(credential.Doors, ticks) ?? Unexplained(entry, ticks);
    }

    /// <summary>
    /// Why a client whose path is open is given no token here and now: it belongs to another environment, or asks from where or when it may
    /// not call; null: nothing of it.
    /// </summary>
    public static Deny? AskPlace(ClientEntry client, string environment, IPAddress? peer, DateTimeOffset now)
    {
        var rule = "client/" + client.Client.Id;
        if (!string.Equals(client.Client.Environment, environment, StringComparison.Ordinal))
        {
            return new Deny(DenyReason.WrongEnvironment, rule);
        }

        if (client.Networks.Length > 0 && (peer is null || !NetworkRange.Contains(client.Networks, peer)))
        {
            return new Deny(DenyReason.WrongNetwork, rule);
        }

        return client.Hours.Length == 0 || Array.Exists(client.Hours, window => window.Contains(now.UtcTicks))
            ? null
            : new Deny(DenyReason.OutsideHours, rule);
    }

    /// <summary>Whether an address is in one of the networks that are registered for a client; false where there are none.</summary>
    /// <param name="snapshot">The registry.</param>
    /// <param name="issuer">Name of the token service.</param>
    /// <param name="clientId">The client's id there.</param>
    /// <param name="peer">The address; null: nobody knows.</param>
    public static bool IsInNetworksOf(RegistrySnapshot snapshot, string issuer, string clientId, IPAddress? peer) =>
        peer is not null
        && snapshot.FindClient(issuer, clientId) is { Networks.Length: > 0 } client
        && NetworkRange.Contains(client.Networks, peer);

    /// <summary>
    /// Whether a token is revoked: by its hash, its id, as all that were issued before a moment, or with the provider of its person.
    /// </summary>
    public static bool IsRevoked(RegistrySnapshot snapshot, Caller token) =>
        RevocationQuestion.OfToken(token, snapshot.Revocations) is not null
        || (
            snapshot.FindBinding(token.Issuer, token.ClientId) is { Client: var entry }
            && RevocationQuestion.OfProvider(token, entry, snapshot.Revocations) is not null
        );

    /// <summary>What stops calls under a token for these purposes now; null: nothing does. None, or one that cannot be read, is no treatment.</summary>
    public static string? FindStop(RegistrySnapshot snapshot, IReadOnlyList<string> purposes) =>
        RevocationQuestion.OfPurposes(purposes, snapshot.Revocations);

    /// <summary>Whether what a provider said of a person at a moment is revoked, whichever client comes with it.</summary>
    public static bool IsPersonRevoked(RegistrySnapshot snapshot, string provider, string person, DateTimeOffset at) =>
        RevocationQuestion.OfProvider(provider, person, at.UtcTicks, snapshot.Revocations) is not null;

    /// <summary>Whether what somebody was given at a moment, under an issuer's name, has been taken back since.</summary>
    public static bool IsSubjectRevoked(RegistrySnapshot snapshot, string issuer, string subject, DateTimeOffset at) =>
        snapshot.Revocations.HasSubjects && snapshot.Revocations.IsSubjectBefore(issuer, subject, at.UtcTicks);

    /// <summary>Whether the client must prove possession of a key or a certificate, and which of the two it may.</summary>
    public static (bool Required, bool Mtls, bool Dpop) BindingOf(ClientEntry client) =>
        (
            client.BindingRequired || client.Certificates.Count > 0,
            client.AcceptsMtls || (!client.BindingRequired && client.Certificates.Count > 0),
            client.AcceptsDpop
        );

    private static IReadOnlyList<Credential> OpenOf(
        RegistrySnapshot snapshot,
        ClientEntry entry,
        CredentialKind kind,
        string issuer,
        string clientId,
        DateTimeOffset now
    ) =>
        [
            .. entry
                .CompiledCredentials.Where(credential =>
                    credential.Credential.Kind == kind
                    && string.Equals(credential.Credential.Issuer, issuer, StringComparison.Ordinal)
                    && string.Equals(credential.Credential.ClientId, clientId, StringComparison.Ordinal)
                    && IsOpen(credential, now.UtcTicks)
                    && RevocationQuestion.OfCredential(credential, snapshot.Revocations) is null
                )
                .Select(static credential => credential.Credential),
        ];

    private static bool IsAmong(IReadOnlyList<Credential> keys, string thumbprint) =>
        keys.Any(key => key.Jwk is { } jwk && jwk.Thumbprint() == thumbprint);

    private static bool IsOpen(CredentialEntry credential, long ticks) => ticks >= credential.OpenFrom && ticks < credential.OpenUntil;

    private static Deny? Unexplained(ClientEntry entry, long ticks) =>
        ticks >= entry.OpenFrom && ticks < entry.OpenUntil && entry.Compiled is not null
            ? null
            : new Deny(DenyReason.RegistryContradiction);

    private static Deny? FirstClosed(PathDoor[] doors, long ticks)
    {
        foreach (var door in doors)
        {
            if (!door.IsOpen(ticks))
            {
                return new Deny(door.Reason, door.Rule);
            }
        }

        return null;
    }
}
