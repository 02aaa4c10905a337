using PhiGateway.Gateway.Egress;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Validates what stands between this process and the network: proxies in front, connections, addresses that it calls.</summary>
internal static class EdgeValidator
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>Adds every problem found.</summary>
    public static void Validate(GatewayOptions options, Action<string, string> add)
    {
        ValidateProxies(options.TrustedProxies, add);
        ValidateConnections(options, add);
        if (options.StopPause < TimeSpan.Zero || options.StopPause > LongestPause)
        {
            add("StopPause", "must be between zero and 5 minutes.");
        }

        if (FindBadNetwork(options.Egress.Allow) is { } bad)
        {
            add($"Egress:Allow:{bad}", "must be an IP address or a network such as 10.0.0.0/8.");
            return;
        }

        var policy = new EgressPolicy(options.Egress.Allow);
        for (var i = 0; i < options.Issuers.Count; i++)
        {
            // What is wrong with it as an address at all is said by its own validator.
            var issuer = options.Issuers[i];
            if (issuer.Jwks is null && IsWeb(issuer.Issuer) && policy.FindFlaw(issuer.Issuer) is { } flaw)
            {
                add($"Issuers:{i}:Issuer", $"{flaw}.");
            }
        }

        for (var i = 0; i < options.Signals.Transmitters.Count; i++)
        {
            var one = options.Signals.Transmitters[i];
            var issuer = one.Jwks is null ? one.Issuer : string.Empty;
            var places = new[]
            {
                ("Issuer", issuer),
                ("PollEndpoint", one.PollEndpoint ?? string.Empty),
                ("VerificationEndpoint", one.VerificationEndpoint ?? string.Empty),
            };
            foreach (var (member, address) in places)
            {
                if (IsWeb(address) && policy.FindFlaw(address) is { } closed)
                {
                    add($"Signals:Transmitters:{i}:{member}", $"{closed}.");
                }
            }
        }

        if (options.Telemetry.Otlp is { } collector && IsWeb(collector) && policy.FindFlaw(collector) is { } wrong)
        {
            add("Telemetry:Otlp", $"{wrong}.");
        }

        if (options.Admin.Oidc is { Jwks: null } oidc && IsWeb(oidc.Issuer) && policy.FindFlaw(oidc.Issuer) is { } odd)
        {
            add("Admin:Oidc:Issuer", $"{odd}.");
        }
    }

    private static void ValidateProxies(TrustedProxyOptions proxies, Action<string, string> add)
    {
        if (FindBadNetwork(proxies.Addresses) is { } bad)
        {
            add($"TrustedProxies:Addresses:{bad}", "must be an IP address or a network such as 10.1.2.0/24.");
        }
        else if (proxies.Addresses.Any(static text => Networks.Parse(text).PrefixLength == 0))
        {
            add("TrustedProxies:Addresses", "must not be every address: each client could then say who it is.");
        }

        if (proxies.Header is not ("X-Forwarded-For" or "Forwarded"))
        {
            add("TrustedProxies:Header", "must be X-Forwarded-For or Forwarded.");
        }

        if (proxies.ClientCertificate && proxies.Addresses.Count == 0)
        {
            add("TrustedProxies:ClientCertificate", "needs TrustedProxies:Addresses: nobody's word is taken without.");
        }
    }

    private static void ValidateConnections(GatewayOptions options, Action<string, string> add)
    {
        var limits = options.Limits;
        var beside = ConnectionLimits.MostBeside();
        foreach (
            var (name, told) in new[]
            {
                (nameof(limits.TokenConnections), limits.TokenConnections),
                (nameof(limits.SignalConnections), limits.SignalConnections),
                (nameof(limits.AdminConnections), limits.AdminConnections),
            }
        )
        {
            if (told is { } number && (number < 16 || number > beside))
            {
                add($"Limits:{name}", $"must be between 16 and {beside}: each takes a handle (RLIMIT_NOFILE).");
            }
        }

        var most = ConnectionLimits.Most(options);
        if (limits.Connections is { } total && (total < 16 || total > most))
        {
            add("Limits:Connections", $"must be between 16 and {most}: each takes a handle, its upstream call another (RLIMIT_NOFILE).");
        }

        if (limits.ConnectionsPerPeer is { } each && (each < 1 || each > ConnectionLimits.Of(options).Total))
        {
            add("Limits:ConnectionsPerPeer", "must be between 1 and Limits:Connections.");
        }
    }

    private static int? FindBadNetwork(IReadOnlyList<string> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            if (!Networks.TryParse(texts[i], out _))
            {
                return i;
            }
        }

        return null;
    }

    private static bool IsWeb(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https");
}
