using Microsoft.AspNetCore.Http;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Tokens;

/// <summary>Turns the credential of a request into a caller; caches validated tokens, never decisions.</summary>
public interface ICallerAuthenticator
{
    /// <summary>Checks the request's single Authorization header; synchronous when the token is in the cache.</summary>
    ValueTask<CallerResult> AuthenticateAsync(HttpContext context);

    /// <summary>
    /// Forgets an issuer's keys and fetches them anew; tokens of keys that it has withdrawn are refused from here on. Null: no such issuer.
    /// </summary>
    Task<IssuerStatus?> PurgeKeysAsync(string issuer);

    /// <summary>Per issuer: name, whether its keys are there, in words for readiness.</summary>
    IReadOnlyList<IssuerStatus> GetStatus();
}
