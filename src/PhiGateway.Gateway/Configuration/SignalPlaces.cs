namespace PhiGateway.Gateway.Configuration;

/// <summary>Says of which token issuers a transmitter of signals can speak; used by validation and by the composition.</summary>
internal static class SignalPlaces
{
    /// <summary>
    /// Name to <c>iss</c> of every issuer whose tokens this node takes, its own token service and the providers of persons that it believes among
    /// them.
    /// </summary>
    public static IReadOnlyDictionary<string, string> IssuersOf(GatewayOptions options)
    {
        var issuers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var issuer in options.Issuers)
        {
            issuers[issuer.Name] = issuer.Issuer;
        }

        if (options.TokenService is { } own)
        {
            issuers[own.Name] = own.Issuer;

            // Their persons are revoked as the provider names them, and so are the tokens that they were given here.
            foreach (var provider in own.IdentityProviders)
            {
                issuers.TryAdd(provider.Name, provider.Issuer);
            }
        }

        return issuers;
    }
}
