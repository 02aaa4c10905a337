using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Finds what of a call is revoked: token, tenant, issuer, client, credential, actor or purpose. Asked by the decision, by running streams
/// and by the list of a client's doors, so that all answer alike.
/// </summary>
internal static class RevocationQuestion
{
    private const string Stopped = "revocation/other-than-treatment";

    /// <summary>What makes this very token dead; null when nothing does.</summary>
    internal static string? OfToken(Caller caller, RevocationSet revocations)
    {
        if (revocations.IsEmpty)
        {
            return null;
        }

        if (revocations.IsBefore(caller.Issuer, caller.IssuedAt.UtcTicks))
        {
            return "revocation/issued-before";
        }

        if (revocations.HasSubjects && IsOfRevokedSubject(caller, revocations))
        {
            return "revocation/subject";
        }

        if (!revocations.HasTokens)
        {
            return null;
        }

        if (
            revocations.Contains(RevocationTarget.TokenHash, caller.TokenHash)
            || IsRevokedByHash(caller.TokenTextHashes, revocations)
            || IsRevokedByHash(caller.ParentHashes, revocations)
        )
        {
            return "revocation/token-hash";
        }

        return IsRevokedById(caller.TokenId, caller.Issuer, revocations) || IsParentRevoked(caller, revocations)
            ? "revocation/token"
            : null;
    }

    private static bool IsRevokedById(string? id, string issuer, RevocationSet revocations) =>
        id is not null && (revocations.Contains(RevocationTarget.Token, id) || revocations.Contains(RevocationTarget.Token, id, issuer));

    private static bool IsParentRevoked(Caller caller, RevocationSet revocations)
    {
        for (var i = 0; i < caller.ParentIds.Count; i++)
        {
            if (IsRevokedById(caller.ParentIds[i], caller.Issuer, revocations))
            {
                return true;
            }
        }

        return false;
    }

    // Whoever stands behind the call: its subject, the client itself, or one of those who act for it.
    private static bool IsOfRevokedSubject(Caller caller, RevocationSet revocations)
    {
        var issuedAt = caller.IssuedAt.UtcTicks;
        if (
            (caller.Subject is { } subject && revocations.IsSubjectBefore(caller.Issuer, subject, issuedAt))
            || revocations.IsSubjectBefore(caller.Issuer, caller.ClientId, issuedAt)
        )
        {
            return true;
        }

        for (var i = 0; i < caller.Actors.Count; i++)
        {
            if (revocations.IsSubjectBefore(caller.Issuer, caller.Actors[i], issuedAt))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsRevokedByHash(IReadOnlyList<string> hashes, RevocationSet revocations)
    {
        for (var i = 0; i < hashes.Count; i++)
        {
            if (revocations.Contains(RevocationTarget.TokenHash, hashes[i]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What makes the place or the issuer dead; null when nothing does.</summary>
    internal static string? OfPlace(Caller caller, string tenant, RevocationSet revocations)
    {
        if (revocations.IsEmpty)
        {
            return null;
        }

        if (revocations.Contains(RevocationTarget.Issuer, caller.Issuer))
        {
            return "revocation/issuer";
        }

        return revocations.Contains(RevocationTarget.Tenant, tenant) ? "revocation/tenant" : null;
    }

    /// <summary>
    /// What makes the provider of the person dead for whom a client comes, or what it said of that person; null when nothing does, or when
    /// the client comes for nobody.
    /// </summary>
    /// <remarks>
    /// A token of the gateway's own names such a person <c>PROVIDER|SUBJECT</c>, and its issuer is the token service: without this question
    /// nothing that is revoked of the provider would reach it. Only names of the client's own <c>identity-assertion</c> credentials count, and
    /// any in a token of the token service itself: issuers elsewhere write subjects of this form too.
    /// </remarks>
    internal static string? OfProvider(Caller caller, ClientEntry entry, RevocationSet revocations)
    {
        if (
            revocations.IsEmpty
            || caller.Subject is not { } subject
            || subject == caller.ClientId
            || subject.IndexOf('|', StringComparison.Ordinal) is not (> 0 and var end)
        )
        {
            return null;
        }

        var (provider, person) = (subject[..end], subject[(end + 1)..]);
        var registered = Array.FindAll(
            entry.CompiledCredentials,
            one => one.Credential.Kind == CredentialKind.IdentityAssertion && one.Credential.Issuer == provider
        );
        if (registered.Length == 0)
        {
            // Once the credential was taken away, what came by it before is known by who gave it.
            return IsOfTokenService(caller.Issuer, entry) ? OfProvider(provider, person, caller.IssuedAt.UtcTicks, revocations) : null;
        }

        return OfProvider(provider, person, caller.IssuedAt.UtcTicks, revocations)
            ?? (Array.TrueForAll(registered, one => OfCredential(one, revocations) is not null) ? "revocation/credential" : null);
    }

    // The gateway's own, which alone is authenticated at by these.
    private static bool IsOfTokenService(string issuer, ClientEntry entry) =>
        Array.Exists(
            entry.CompiledCredentials,
            one => one.Credential.Kind is CredentialKind.ClientKey or CredentialKind.TlsClientAuth && one.Credential.Issuer == issuer
        );

    /// <summary>The same of what a provider said at a moment, by its name and the person's there.</summary>
    internal static string? OfProvider(string provider, string person, long issuedAt, RevocationSet revocations)
    {
        if (revocations.Contains(RevocationTarget.Issuer, provider))
        {
            return "revocation/issuer";
        }

        if (revocations.IsBefore(provider, issuedAt))
        {
            return "revocation/issued-before";
        }

        return revocations.HasSubjects && revocations.IsSubjectBefore(provider, person, issuedAt) ? "revocation/subject" : null;
    }

    /// <summary>What makes the client dead, or the use case or organization behind it; null when nothing does.</summary>
    internal static string? OfClient(ClientEntry entry, RevocationSet revocations)
    {
        if (revocations.IsEmpty)
        {
            return null;
        }

        if (revocations.Contains(RevocationTarget.Client, entry.Client.Id))
        {
            return "revocation/client";
        }

        if (entry.Charter is { } charter && IsOfRevokedModel(charter, revocations))
        {
            return "revocation/model";
        }

        if (entry.UseCase is not { } useCase)
        {
            return null;
        }

        if (revocations.Contains(RevocationTarget.UseCase, useCase.Id))
        {
            return "revocation/use-case";
        }

        return revocations.Contains(RevocationTarget.Organization, useCase.Organization) ? "revocation/organization" : null;
    }

    /// <summary>
    /// What stops a call for its purpose; null when nothing does. All purposes of the call count: one that is not treatment is stopped, and so
    /// is a call of which nobody says what it is for.
    /// </summary>
    internal static string? OfPurpose(Caller caller, ClientEntry entry, RevocationSet revocations)
    {
        if (!revocations.StopsOthers)
        {
            return null;
        }

        var asserted = caller.Purposes;
        if (asserted.Count == 0 && !caller.HasUnknownPurpose)
        {
            return caller.PurposeFromRegistry && entry.Compiled?.Purposes is [{ IsTreatment: true }] ? null : Stopped;
        }

        for (var i = 0; i < asserted.Count; i++)
        {
            if (!asserted[i].IsTreatment)
            {
                return Stopped;
            }
        }

        return caller.HasUnknownPurpose ? Stopped : null;
    }

    /// <summary>The same of a token that says its purposes in these words.</summary>
    internal static string? OfPurposes(IReadOnlyList<string> purposes, RevocationSet revocations) =>
        revocations.StopsOthers
        && (purposes.Count == 0 || purposes.Any(static text => !PurposeOfUse.TryParse(text, out var purpose) || !purpose.IsTreatment))
            ? Stopped
            : null;

    /// <summary>What stops all calls of a client for what they are for: it has no purpose that is treatment; null when nothing does.</summary>
    internal static string? OfUse(ClientEntry entry, RevocationSet revocations) =>
        revocations.StopsOthers && !Array.Exists(entry.Compiled?.Purposes ?? [], static purpose => purpose.IsTreatment) ? Stopped : null;

    private static bool IsOfRevokedModel(CharterEntry charter, RevocationSet revocations) =>
        revocations.Contains(RevocationTarget.Model, charter.Model) || revocations.Contains(RevocationTarget.Model, charter.EveryModel);

    /// <summary>What makes a client dead, or the credential by which it is recognised; null when nothing does.</summary>
    internal static string? OfBinding(CredentialBinding binding, RevocationSet revocations) =>
        OfClient(binding.Client, revocations) ?? OfCredential(binding.Credential, revocations);

    /// <summary>
    /// What makes one of those dead that act through the client; null when nothing does. Whom nobody knows is no revocation.
    /// </summary>
    internal static string? OfActors(Caller caller, RegistrySnapshot snapshot)
    {
        for (var i = 0; i < caller.Actors.Count; i++)
        {
            if (snapshot.FindBinding(caller.Issuer, caller.Actors[i]) is { } actor && OfBinding(actor, snapshot.Revocations) is { } rule)
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>What makes the credential dead; null when nothing does.</summary>
    internal static string? OfCredential(CredentialEntry credential, RevocationSet revocations) =>
        !revocations.IsEmpty && revocations.Contains(RevocationTarget.Credential, credential.Credential.Id)
            ? "revocation/credential"
            : null;
}
