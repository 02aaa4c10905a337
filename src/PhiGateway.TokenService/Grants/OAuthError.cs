namespace PhiGateway.TokenService.Grants;

/// <summary>An error as OAuth tells it (RFC 6749 section 5.2): a code, a sentence that says nothing from inside, a status.</summary>
/// <param name="Code"><c>error</c>.</param>
/// <param name="Words"><c>error_description</c>.</param>
/// <param name="Status">HTTP status.</param>
internal sealed record OAuthError(string Code, string Words, int Status = 400)
{
    private const string Realm = "realm=\"token service\"";

    private static readonly string[] Schemes = ["Basic", "Bearer", "DPoP"];

    public static readonly OAuthError InvalidClient = new("invalid_client", "The client is not authenticated.");

    /// <summary>The same with the status of HTTP for it, where a standard wants that (RFC 7662 section 2.3).</summary>
    public static readonly OAuthError Unauthenticated = InvalidClient with { Status = 401, Challenge = $"Bearer {Realm}" };

    public static readonly OAuthError NotAllowed = new("unauthorized_client", "This client is given no token at the moment.");
    public static readonly OAuthError GrantType = new(
        "unsupported_grant_type",
        "Only client_credentials, token exchange and, where persons are taken, identity assertions are granted here."
    );
    public static readonly OAuthError Scope = new(
        "invalid_scope",
        "None of the scopes asked for is registered and approved for this client."
    );
    public static readonly OAuthError Target = new("invalid_target", "Tokens for this resource are not issued here.");
    public static readonly OAuthError Purpose = new("invalid_grant", "The purpose of use is not part of the approved use.");
    public static readonly OAuthError Details = new(
        "invalid_authorization_details",
        "The authorization details do not name one task that is open for this client."
    );
    public static readonly OAuthError Subject = new("invalid_grant", "The subject token is not one of this client's that is alive.");
    public static readonly OAuthError Person = new(
        "invalid_grant",
        "The identity assertion is not one that this client is given a token for."
    );
    public static readonly OAuthError PersonTooLong = new(
        "invalid_grant",
        "The sub of the identity assertion is longer than a token of this service can carry."
    );
    public static readonly OAuthError Unproven = new("invalid_request", "This client must prove possession of its key or certificate.");
    public static readonly OAuthError Proof = new("invalid_dpop_proof", "The DPoP proof is not one for this request.");
    public static readonly OAuthError Nonce = new("use_dpop_nonce", "The DPoP proof must carry the nonce that is given here.");
    public static readonly OAuthError Busy = new("temporarily_unavailable", "Tokens cannot be issued at the moment.", 503);

    public static readonly OAuthError ClientMetadata = new(
        "invalid_client_metadata",
        "Registered here are clients with a client_name, public keys (jwks or jwks_uri), private_key_jwt and client_credentials."
    );
    public static readonly OAuthError SoftwareStatement = new("invalid_software_statement", "The software statement does not hold.");
    public static readonly OAuthError UnapprovedStatement = new(
        "unapproved_software_statement",
        "Nobody whom this service trusts vouches for who signed the statement."
    );
    public static readonly OAuthError QueueFull = new(
        "temporarily_unavailable",
        "No further registrations are taken until people have decided about those that wait.",
        503
    )
    {
        RetryAfter = TimeSpan.FromHours(1),
    };
    public static readonly OAuthError UnknownRegistration = new("invalid_request", "There is no such registration.", 404);

    public static readonly OAuthError ScopeTooLong = new(
        "invalid_scope",
        "What is approved of these scopes is longer than a token may be: ask for less of them."
    );

    /// <summary>What a challenge says besides (<c>WWW-Authenticate</c>); null: there is none.</summary>
    public string? Challenge { get; init; }

    /// <summary>After how long it is worth asking again; null: nobody can say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The client asks more often, or more at once, than it may.</summary>
    public static OAuthError TooMany(TimeSpan wait) =>
        new("temporarily_unavailable", "This client asks too often.", 429) { RetryAfter = wait };

    /// <summary>Too many assertions were shown that do not hold, from there or in this client's name.</summary>
    public static OAuthError TooManyFalse(TimeSpan wait) =>
        new("temporarily_unavailable", "Too many assertions that do not hold came before this one.", 429) { RetryAfter = wait };

    /// <summary>Strangers ask more often than they may.</summary>
    public static OAuthError TooManyStrangers(TimeSpan wait) =>
        new("temporarily_unavailable", "Too many registrations are asked for.", 429) { RetryAfter = wait };

    /// <summary>
    /// The client authenticates by the <c>Authorization</c> header, which is taken nowhere here: RFC 6749 section 5.2 wants a challenge of
    /// the scheme that it used.
    /// </summary>
    /// <param name="credentials">The header, of which no more than a known scheme is told back.</param>
    public static OAuthError NotByHeader(string credentials)
    {
        var end = credentials.IndexOf(' ', StringComparison.Ordinal);
        var said = end < 0 ? credentials : credentials[..end];
        var scheme = Array.Find(Schemes, one => one.Equals(said, StringComparison.OrdinalIgnoreCase)) ?? Schemes[0];
        return Unauthenticated with { Challenge = $"{scheme} {Realm}" };
    }

    /// <summary>A request that cannot be read in one way.</summary>
    public static OAuthError Malformed(string words) => new("invalid_request", words);
}
