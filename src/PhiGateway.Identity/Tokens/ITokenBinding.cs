using Microsoft.AspNetCore.Http;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// One way in which a token is bound to whoever may use it, and a call proves that it is theirs: by a key (RFC 9449), by a certificate (RFC
/// 8705). Asked by <see cref="CallerAuthenticator"/> on every call, also for tokens that are known. A further way is a further
/// implementation; which member of <c>cnf</c> says it is read with the other claims, and a member that no way reads refuses the token.
/// </summary>
internal interface ITokenBinding
{
    /// <summary>Whether such a token comes under the scheme DPoP of the Authorization header (RFC 9449 section 7.1), and not under Bearer.</summary>
    bool IsOfSchemeDpop { get; }

    /// <summary>Whether a proof counts once, so that asking uses it up.</summary>
    bool CountsOnce { get; }

    /// <summary>Whether the token is bound in this way.</summary>
    bool Binds(CachedToken token);

    /// <summary>The token's caller, where the call proves that the token is theirs; else why not.</summary>
    /// <param name="token">A token that is valid and bound in this way.</param>
    /// <param name="context">The call.</param>
    /// <param name="publicOrigin">Scheme and authority that clients use; null: the request's own.</param>
    ValueTask<CallerResult> CheckAsync(CachedToken token, HttpContext context, string? publicOrigin);
}
