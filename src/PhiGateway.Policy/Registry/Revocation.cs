namespace PhiGateway.Policy.Registry;

/// <summary>
/// Says that a client, credential, token or the like no longer counts from now on; a row is never edited, and is lifted only by a row of
/// its own.
/// </summary>
/// <param name="Id">Unique id.</param>
/// <param name="Target">What sort of thing.</param>
/// <param name="Value">Client id, credential id, <c>jti</c>, token SHA-256 (lower-case hex), organization id, use case id, tenant or issuer
/// name, subject, model; <c>*</c> with <see cref="RevocationTarget.IssuedBefore"/>.</param>
/// <param name="Issuer">Whose subject it is; narrows a <c>jti</c> or <see cref="RevocationTarget.IssuedBefore"/> to one issuer; null: every
/// issuer.</param>
/// <param name="IssuedBefore">For these two: tokens issued before this moment are dead.</param>
/// <param name="Reason">Why, in words without PHI.</param>
/// <param name="By">Who.</param>
/// <param name="At">When it was written, UTC.</param>
/// <param name="Lifted">Whether this row lifts the earlier one with the same target and value.</param>
public sealed record Revocation(
    string Id,
    RevocationTarget Target,
    string Value,
    string? Issuer,
    DateTimeOffset? IssuedBefore,
    string Reason,
    string By,
    DateTimeOffset At,
    bool Lifted = false
)
{
    /// <summary>
    /// The longest that a token may live by any node's configuration, and a session of the console: what was issued before a moment is dead by
    /// itself after it.
    /// </summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);

    /// <summary>How long a row is kept after its end: longer than clocks may differ (at most 2 minutes, by the issuers' options).</summary>
    public static readonly TimeSpan KeptAfterEnd = TimeSpan.FromMinutes(15);

    /// <summary>
    /// When the token, or the last of a subject's tokens and sessions, that the row names is dead by itself, so that the row is dropped some time
    /// after; null: never, which is what an operator's revocation says. Means nothing for other targets, nor where a row lifts another.
    /// </summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What the row is about, as nodes read it, in whatever spelling: rows about one thing are lifted together.</summary>
    public (RevocationTarget Target, string Value, string? Issuer) FindKey() =>
        Target switch
        {
            // Of every issuer, in either spelling.
            RevocationTarget.IssuedBefore => (Target, Issuer ?? Value, null),
            RevocationTarget.Subject => (Target, Value, Issuer ?? "*"),
            RevocationTarget.OtherThanTreatment => (Target, "*", null),
            RevocationTarget.TokenHash => (Target, Value.ToLowerInvariant(), null),
            RevocationTarget.Token => (Target, Value, Issuer),
            _ => (Target, Value, null),
        };

    /// <summary>The end that counts; null: the row stays.</summary>
    public DateTimeOffset? FindEnd() =>
        Target is RevocationTarget.Token or RevocationTarget.TokenHash or RevocationTarget.Subject && !Lifted ? Until : null;

    /// <summary>Whether the row says nothing any more: what it names has been dead for a while by every node's clock.</summary>
    public bool IsOver(DateTimeOffset now) => FindEnd() is { } end && end + KeptAfterEnd < now;
}
