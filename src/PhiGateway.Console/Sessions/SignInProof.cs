using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.Sessions;

/// <summary>When and how a person last proved who they are, as the identity provider says.</summary>
/// <param name="At">Its <c>auth_time</c>; null: it does not say, which is never fresh.</param>
/// <param name="Acr">Its <c>acr</c>; null: none.</param>
internal sealed record SignInProof(DateTimeOffset? At, string? Acr)
{
    // Two clocks are never the same.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    /// <summary>Nothing is known.</summary>
    public static readonly SignInProof None = new(null, null);

    /// <summary>
    /// Whether it counts for a step that needs a fresh sign-in; where none is asked for every sign-in does, and so does one of a provider that
    /// cannot say when it was, unless an operator asked for it.
    /// </summary>
    public bool IsFresh(StepUpOptions? asked, DateTimeOffset now) =>
        asked is null
        || (asked.IsByDefault && At is null)
        || (
            At is { } at
            && at <= now + Skew
            && now - at < asked.Within
            && (asked.Acr.Count == 0 || (Acr is { } acr && asked.Acr.Contains(acr)))
        );
}
