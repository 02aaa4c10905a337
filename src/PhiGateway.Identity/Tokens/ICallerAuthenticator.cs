using Microsoft.AspNetCore.Http;
using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Identity.Tokens;

/// <summary>Turns the credential of a request into a caller; caches validated tokens, never decisions.</summary>
public interface ICallerAuthenticator : IHeldKeys
{
    /// <summary>
    /// Checks the request's single Authorization header, and the proof of possession that its token asks for; synchronous when the token is
    /// in the cache and no proof has to be remembered elsewhere.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="publicOrigin">
    /// Scheme and authority that clients use, without a slash at its end; null: the request's own. What a DPoP proof names.
    /// </param>
    ValueTask<CallerResult> AuthenticateAsync(HttpContext context, string? publicOrigin = null);

    /// <summary>
    /// Whose token a request carries, for whoever must know that before the request is read; null: nobody's that is taken. Its proof of
    /// possession is not looked at, which counts once: never enough to be let in, and <see cref="AuthenticateAsync"/> is asked all the same.
    /// </summary>
    ValueTask<Caller?> RecogniseAsync(HttpContext context);

    /// <summary>Per issuer: name, whether its keys are there, in words for readiness.</summary>
    IReadOnlyList<IssuerStatus> GetStatus();
}
