using System.Text.Json;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Tokens;

/// <summary>Reads what an issuer says of its own accord about who is behind a token: a person or a service.</summary>
/// <remarks>
/// Security: nothing but a use case that asks for a fresh sign-in hangs on it, and a token that says both is a person's. Claims that a
/// person can choose are no sign of a service; the name of Keycloak's service account is its client's, which is asked for.
/// </remarks>
internal static class PersonClaims
{
    private const string ServiceAccount = "service-account-";

    /// <summary>True: a person. False: a service. Null: the claims say neither.</summary>
    public static bool? Read(JsonElement claims, string clientId)
    {
        // SMART App Launch names the user; Entra says what it gave the token to.
        if (claims.TryGetProperty("fhirUser", out _) || Says(claims, "idtyp", "user"))
        {
            return true;
        }

        return IsServices(claims, clientId) ? false : null;
    }

    // Entra; Auth0; Keycloak, which writes the names of accounts in small letters.
    private static bool IsServices(JsonElement claims, string clientId) =>
        Says(claims, "idtyp", "app")
        || Says(claims, "gty", "client-credentials")
        || Says(claims, "preferred_username", ServiceAccount + clientId)
        || Says(claims, "preferred_username", ServiceAccount + clientId.ToLowerInvariant());

    private static bool Says(JsonElement claims, string name, string value) =>
        CompactText.TryMember(claims, name, out var text) && text == value;
}
