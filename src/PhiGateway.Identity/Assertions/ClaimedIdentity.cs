namespace PhiGateway.Identity.Assertions;

/// <summary>A person for whom a client asks, by an identity assertion whose signature holds; its one use is taken apart.</summary>
/// <param name="Provider">Configured name of the provider that said it.</param>
/// <param name="Subject"><c>sub</c> there.</param>
/// <param name="Scope"><c>scope</c>: what the client may be given for this person; null: it does not say.</param>
/// <param name="AuthenticatedAt">When the person signed in (<c>auth_time</c>); null: it does not say.</param>
/// <param name="Acr">The class of that sign-in; null: it names none.</param>
public sealed record ClaimedIdentity(string Provider, string Subject, string? Scope, DateTimeOffset? AuthenticatedAt, string? Acr)
{
    /// <summary>How a token names the person: two providers may have the same <c>sub</c>.</summary>
    public string TokenSubject => $"{Provider}|{Subject}";

    /// <summary>When the provider said it (<c>iat</c>).</summary>
    public DateTimeOffset IssuedAt { get; init; }

    /// <summary>The mark of the assertion's one use.</summary>
    internal string Use { get; init; } = string.Empty;

    /// <summary>From when on the assertion is worth nothing by itself.</summary>
    internal DateTimeOffset Until { get; init; }
}

/// <summary>What checking an identity assertion came to.</summary>
/// <param name="Identity">Set exactly when it is good.</param>
/// <param name="Flaw">Which check failed, for the record; never told to the client.</param>
/// <param name="IsUnavailable">Whether it could not be checked at the moment.</param>
public readonly record struct IdentityCheck(ClaimedIdentity? Identity, string? Flaw, bool IsUnavailable = false)
{
    /// <summary>The flaw of a person whose name in a token would be longer than a claim that is read.</summary>
    public const string SubjectTooLong = "id-jag:sub-too-long";
}
