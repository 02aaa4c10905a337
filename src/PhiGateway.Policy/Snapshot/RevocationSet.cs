using PhiGateway.Policy.Collections;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Snapshot;

/// <summary>Everything revoked and not lifted, compiled for a few look-ups per call; immutable.</summary>
internal sealed class RevocationSet(
    PersistentMap<RevocationKey, bool> revoked,
    PersistentMap<string, long> issuedBefore,
    PersistentMap<RevokedSubject, long> subjects,
    int tokens
)
{
    /// <summary>Key under which "every issuer" stands.</summary>
    internal const string EveryIssuer = "*";

    /// <summary>Value of what names nothing in particular.</summary>
    internal const string All = "*";

    internal static readonly RevocationSet Empty = new(
        PersistentMap<RevocationKey, bool>.Empty,
        PersistentMap<string, long>.Empty,
        PersistentMap<RevokedSubject, long>.Empty,
        0
    );

    /// <summary>Whether anything at all is revoked.</summary>
    internal bool IsEmpty => revoked.Count == 0 && issuedBefore.Count == 0 && subjects.Count == 0;

    /// <summary>Whether single tokens are revoked, by id or hash.</summary>
    internal bool HasTokens => tokens > 0;

    /// <summary>Whether only treatment goes on.</summary>
    internal bool StopsOthers { get; } = revoked.Contains(new RevocationKey(Registry.RevocationTarget.OtherThanTreatment, All, null));

    /// <summary>Whether tokens of single subjects are revoked.</summary>
    internal bool HasSubjects => subjects.Count > 0;

    internal bool Contains(Registry.RevocationTarget target, string value, string? issuer = null) =>
        revoked.Contains(new RevocationKey(target, value, issuer));

    /// <summary>Whether tokens of the issuer that were issued at this moment are dead.</summary>
    internal bool IsBefore(string issuer, long issuedAt) =>
        issuedBefore.Count > 0
        && (
            (issuedBefore.TryGet(EveryIssuer, out var all) && issuedAt < all)
            || (issuedBefore.TryGet(issuer, out var own) && issuedAt < own)
        );

    /// <summary>Whether tokens of a subject that were issued at this moment are dead.</summary>
    internal bool IsSubjectBefore(string issuer, string subject, long issuedAt) =>
        (subjects.TryGet(new RevokedSubject(issuer, subject), out var own) && issuedAt < own)
        || (subjects.TryGet(new RevokedSubject(EveryIssuer, subject), out var all) && issuedAt < all);
}

/// <summary>A subject of an issuer, as a key of the set.</summary>
internal readonly record struct RevokedSubject(string Issuer, string Subject);

/// <summary>What one revocation names, as a key of the set; the issuer is set only where it narrows a token id.</summary>
internal readonly record struct RevocationKey(Registry.RevocationTarget Target, string Value, string? Issuer);
