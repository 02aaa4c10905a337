using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// What came of checking the credential of a request: the caller that it proves or a refusal, and beside it what the record and the client's
/// next attempt are told. Made by <see cref="ICallerAuthenticator"/>, taken apart by the Identify stage. The default value is a refusal.
/// </summary>
/// <param name="Reading">The caller, or why there is none; its detail says which check refused, for the record only.</param>
/// <param name="IssuerClientId">Client id that an invalid token claimed, unverified, for the record only; null when unreadable.</param>
/// <param name="Nonce">For the client's next proof of possession (RFC 9449 section 8.2); null: it needs none.</param>
public readonly record struct CallerResult(Reading<Caller> Reading, string? IssuerClientId = null, string? Nonce = null)
{
    /// <summary>
    /// Whose proof of possession was shown a second time: token and signature held, so that it is known who was copied. For the record only; null:
    /// nobody's.
    /// </summary>
    public Caller? Replayed { get; init; }

    /// <summary>Set exactly when the credential is good.</summary>
    public Caller? Caller => Reading.TryGet(out var caller, out _) ? caller : null;

    /// <summary>Set exactly when it is not.</summary>
    public DenyReason? Refusal => Reading.TryGet(out _, out var refusal) ? null : refusal;

    /// <summary>Which check refused, for the record only.</summary>
    public string? Detail => Reading.Detail;

    public static CallerResult Of(Caller caller) => new(Reading<Caller>.Of(caller));

    public static CallerResult Refused(DenyReason reason, string? claimedClientId = null, string? detail = null) =>
        new(Reading<Caller>.Refused(reason, detail), claimedClientId);
}
