namespace PhiGateway.Gateway.Configuration;

/// <summary>Says of which token issuers a transmitter of signals can speak; used by validation and by the composition.</summary>
internal static class SignalPlaces
{
    /// <summary>Name to <c>iss</c> of every issuer whose tokens this node takes, its own token service among them.</summary>
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
        }

        return issuers;
    }
}
