namespace PhiGateway.Policy.Registry;

/// <summary>
/// How fresh, and of which class, the sign-in behind a token must be for what a use case covers (RFC 9470); part of a <see cref="UseCase"/>.
/// </summary>
public sealed record StepUp
{
    /// <summary>
    /// Longest time in seconds since the sign-in: since the token's <c>auth_time</c>, or, of a service's own token that says none, since it
    /// was issued; a person's token that says none does not count. Null: any.
    /// </summary>
    public int? FreshWithinSeconds { get; init; }

    /// <summary>Classes of sign-in (<c>acr</c>) of which the token must name one; empty: any.</summary>
    public IReadOnlyList<string> Acr { get; init; } = [];

    /// <summary>Resource types that this is asked for; empty: all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Only when the client does one of these first; empty: always.</summary>
    public IReadOnlyList<StepUpOccasion> When { get; init; } = [];
}
