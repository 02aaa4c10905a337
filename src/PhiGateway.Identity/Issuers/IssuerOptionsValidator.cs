namespace PhiGateway.Identity.Issuers;

/// <summary>Checks the configured issuers before anything starts; used by the host and by tools.</summary>
public static class IssuerOptionsValidator
{
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(24);
    private static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ShortestKeyRefresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestKeyRefresh = TimeSpan.FromHours(1);

    /// <summary>All problems in words, none repeated, without secrets; empty: the configuration is good. Reads static key sets.</summary>
    public static IReadOnlyList<string> Validate(IReadOnlyList<IssuerOptions> issuers)
    {
        var problems = new List<string>();
        if (issuers.Count == 0)
        {
            problems.Add("Issuers: at least one issuer is required; without one every call is refused.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var identifiers = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < issuers.Count; index++)
        {
            var options = issuers[index];
            var place = string.IsNullOrWhiteSpace(options.Name) ? $"Issuers[{index}]" : $"Issuers[{index}] '{options.Name}'";
            void Report(string problem) => problems.Add($"{place}: {problem}");

            if (string.IsNullOrWhiteSpace(options.Name))
            {
                Report("Name is required.");
            }
            else if (!names.Add(options.Name))
            {
                Report("Name is used by another issuer.");
            }

            if (!string.IsNullOrWhiteSpace(options.Issuer) && !identifiers.Add(options.Issuer))
            {
                Report("Issuer is configured twice; one iss has one set of rules.");
            }

            ValidateAddress(options, Report);
            ValidateTokens(options, Report);
            ValidateTimes(options, Report);
            ValidateClaims(options.Claims, Report);
            ValidateKeys(options, Report);
            options.Introspection?.Validate(Report);
        }

        ValidatePrefixes(issuers, problems);

        return problems;
    }

    // An opaque token is shown to one issuer: nobody learns another's.
    private static void ValidatePrefixes(IReadOnlyList<IssuerOptions> issuers, List<string> problems)
    {
        var prefixes = issuers
            .Where(static issuer => issuer.Introspection is not null)
            .Select(static issuer => issuer.Introspection!.Prefix)
            .ToList();
        for (var one = 0; one < prefixes.Count; one++)
        {
            for (var other = one + 1; other < prefixes.Count; other++)
            {
                var (left, right) = (prefixes[one] ?? string.Empty, prefixes[other] ?? string.Empty);
                if (left.StartsWith(right, StringComparison.Ordinal) || right.StartsWith(left, StringComparison.Ordinal))
                {
                    problems.Add("Issuers: of several issuers with Introspection each needs a Prefix that none of the others begins with.");
                    return;
                }
            }
        }
    }

    private static void ValidateAddress(IssuerOptions options, Action<string> report)
    {
        if (string.IsNullOrWhiteSpace(options.Issuer))
        {
            report("Issuer is required.");
        }
        else if (
            !Uri.TryCreate(options.Issuer, UriKind.Absolute, out var address)
            || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
        )
        {
            report("Issuer must be an https URL.");
        }
        else if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
        {
            report("Issuer must use https; http is accepted on loopback only.");
        }
        else if (address.Query.Length > 0 || address.Fragment.Length > 0 || address.UserInfo.Length > 0)
        {
            report("Issuer must not have a query, a fragment or user information.");
        }

        if (string.IsNullOrWhiteSpace(options.Audience))
        {
            report("Audience is required.");
        }

        if (string.IsNullOrWhiteSpace(options.Environment))
        {
            report("Environment is required.");
        }
    }

    private static void ValidateTokens(IssuerOptions options, Action<string> report)
    {
        if (options.Algorithms.Count == 0)
        {
            report("Algorithms: at least one is required.");
        }

        foreach (var algorithm in options.Algorithms)
        {
            if (SignatureAlgorithm.Find(algorithm) is null)
            {
                report(
                    algorithm is not null && algorithm.StartsWith("HS", StringComparison.OrdinalIgnoreCase)
                        ? $"Algorithms: '{algorithm}' is symmetric; only {SignatureAlgorithm.Names} are accepted."
                        : $"Algorithms: '{algorithm}' is not accepted; only {SignatureAlgorithm.Names} are."
                );
            }
        }

        if (options.Types.Count == 0 || options.Types.Any(string.IsNullOrWhiteSpace))
        {
            report("Types: at least one typ is required, and none may be empty.");
        }
    }

    private static void ValidateTimes(IssuerOptions options, Action<string> report)
    {
        if (options.MaxTokenLifetime <= TimeSpan.Zero || options.MaxTokenLifetime > LongestLifetime)
        {
            report("MaxTokenLifetime must be more than zero and at most 24 hours.");
        }

        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > LargestSkew)
        {
            report("ClockSkew must be between zero and 2 minutes.");
        }

        if (options.KeyRefresh < ShortestKeyRefresh || options.KeyRefresh > LongestKeyRefresh)
        {
            report("KeyRefresh must be between 5 seconds and 1 hour.");
        }
    }

    private static void ValidateClaims(IssuerClaimOptions claims, Action<string> report)
    {
        foreach (
            var (name, path) in new[]
            {
                ("ClientId", claims.ClientId),
                ("Purpose", claims.Purpose),
                ("Patient", claims.Patient),
                ("Tenant", claims.Tenant),
            }
        )
        {
            if (string.IsNullOrWhiteSpace(path))
            {
                report($"Claims.{name} must name a claim.");
            }
        }

        if (claims.Scope is { } scope && (scope.Count == 0 || scope.Any(string.IsNullOrWhiteSpace)))
        {
            report("Claims.Scope must name claims, none of them empty.");
        }
        else if (claims.Scope is { } names && names.Distinct(StringComparer.Ordinal).Count() != names.Count)
        {
            report("Claims.Scope names a claim twice.");
        }

        if (!Enum.IsDefined(claims.ScopeShape))
        {
            report("Claims.ScopeShape must be String, Array or Either.");
        }
    }

    private static void ValidateKeys(IssuerOptions options, Action<string> report)
    {
        if (options.Jwks is null)
        {
            return;
        }

        foreach (var problem in StaticKeySetReader.Read(options.Jwks).Problems)
        {
            report($"Jwks: {problem}.");
        }
    }
}
