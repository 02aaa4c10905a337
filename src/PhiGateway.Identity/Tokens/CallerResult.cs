using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>The result of validating a credential: the caller that it proves, or why there is none.</summary>
/// <param name="Caller">Set exactly when the credential is good.</param>
/// <param name="Refusal">Set exactly when it is not.</param>
/// <param name="IssuerClientId">Client id that an invalid token claimed, unverified, for the record only; null when unreadable.</param>
public readonly record struct CallerResult(Caller? Caller, DenyReason? Refusal, string? IssuerClientId)
{
    /// <summary>Which check refused, for the record only.</summary>
    public string? Detail { get; init; }

    /// <summary>A nonce for the client's next proof of possession (RFC 9449 section 8.2); null: it needs none.</summary>
    public string? Nonce { get; init; }

    public static CallerResult Of(Caller caller) => new(caller, null, null);

    public static CallerResult Refused(DenyReason reason, string? claimedClientId = null) => new(null, reason, claimedClientId);
}
