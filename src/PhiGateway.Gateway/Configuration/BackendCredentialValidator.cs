using PhiGateway.Gateway.Egress;
using PhiGateway.Identity.Common;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Validates what the gateway shows to upstreams: what each kind needs, and that nothing stands there that it has no use for.</summary>
internal static class BackendCredentialValidator
{
    // Less than a making may take as a whole (15 seconds), for which a request waits.
    private static readonly TimeSpan LongestCommand = TimeSpan.FromSeconds(12);

    /// <summary>What a cluster writes before a credential's name.</summary>
    public const string Use = "use:";

    private static readonly string[] Kinds = ["Authorization", "Bearer", "Basic", "ClientCredentials"];
    private static readonly string[] Ways = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    private static readonly string[] Algorithms = ["RS384", "ES384", "ES256", "PS256", "PS384"];

    /// <summary>Adds every problem found.</summary>
    public static void Validate(GatewayOptions options, Action<string, string> add)
    {
        options.Spiffe.Validate((key, words) => add("Spiffe:" + key, words));
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.BackendCredentials.Count; i++)
        {
            var (at, one) = ($"BackendCredentials:{i}:", options.BackendCredentials[i]);
            void Add(string key, string words) => add(at + key, words);

            if (one.Name.Length is 0 or > 32 || !one.Name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            {
                Add("Name", "is required: 1 to 32 lower-case letters, digits and dashes.");
            }
            else if (!names.Add(one.Name))
            {
                Add("Name", "stands twice.");
            }

            if (!Kinds.Contains(one.Kind, StringComparer.Ordinal))
            {
                Add("Kind", "must be Authorization, Bearer, Basic or ClientCredentials.");
                continue;
            }

            ValidateSecret(one, Add);
            ValidateParts(one, Add);
            if (one.Kind == "ClientCredentials")
            {
                ValidateTokens(one, options.Egress.Allow, Add);
            }
        }
    }

    /// <summary>What is wrong with what a cluster names as its credential, in words; null: nothing.</summary>
    public static string? FindFlaw(string reference, GatewayOptions options)
    {
        if (reference.StartsWith(Use, StringComparison.Ordinal))
        {
            return options.BackendCredentials.Any(one => one.Name == reference[Use.Length..])
                ? null
                : "must name one of PhiGateway:BackendCredentials";
        }

        return SecretReference.TryResolve(reference, out _, out var why) ? null : why;
    }

    /// <summary>What is wrong with the files of a cluster's client certificate, in words; null: nothing, or there are none.</summary>
    public static string? FindFlaw(string? certificate, string? key)
    {
        if (certificate is null && key is null)
        {
            return null;
        }

        if (certificate is null || key is null)
        {
            return "and its key are given together";
        }

        if (KeyFileRights.FindFlaw(key) is { } flaw)
        {
            return $"and its key: {flaw}";
        }

        return PemFiles.Fit(certificate, key) ? null : "and its key cannot be read, or do not fit each other";
    }

    private static void ValidateSecret(BackendCredentialOptions one, Action<string, string> add)
    {
        if (one.Secret is null == (one.Command.Count == 0))
        {
            add("Secret", "or Command is required, and not both.");
            return;
        }

        if (one.Secret is { } reference)
        {
            if (!SecretReference.TryResolve(reference, out _, out var why))
            {
                add("Secret", why);
            }
            else if (SecretReference.FindRightsFlaw(reference) is { } flaw)
            {
                add("Secret", flaw + ".");
            }

            return;
        }

        if (!Path.IsPathFullyQualified(one.Command[0]) || !File.Exists(one.Command[0]))
        {
            add("Command", "must begin with the whole path of a program that is there.");
        }

        if (one.CommandEvery < TimeSpan.FromSeconds(10) || one.CommandEvery > TimeSpan.FromDays(1))
        {
            add("CommandEvery", "must be between 10 seconds and 1 day.");
        }

        if (one.CommandTimeout < TimeSpan.FromSeconds(1) || one.CommandTimeout > LongestCommand)
        {
            add("CommandTimeout", "must be between 1 and 12 seconds: a request waits for it.");
        }
    }

    private static void ValidateParts(BackendCredentialOptions one, Action<string, string> add)
    {
        if (one.Kind == "Basic" != one.User is not null)
        {
            add("User", "belongs to the kind Basic, and to no other.");
        }
        else if (one.User is { } user && (user.Length == 0 || user.Any(static c => c is ':' or < ' ' or (char)127)))
        {
            // RFC 7617 section 2: a colon would end the name.
            add("User", "must be a name without a colon.");
        }

        var isToken = one.Kind == "ClientCredentials";
        foreach (
            var (key, value) in new[]
            {
                ("TokenEndpoint", one.TokenEndpoint),
                ("ClientId", one.ClientId),
                ("Scope", one.Scope),
                ("Resource", one.Resource),
                ("KeyId", one.KeyId),
                ("Algorithm", one.Algorithm),
            }
        )
        {
            if (!isToken && value is not null)
            {
                add(key, "belongs to the kind ClientCredentials.");
            }
        }
    }

    private static void ValidateTokens(BackendCredentialOptions one, IReadOnlyList<string> allowed, Action<string, string> add)
    {
        if (string.IsNullOrEmpty(one.ClientId))
        {
            add("ClientId", "is required.");
        }

        if (!Ways.Contains(one.Authentication, StringComparer.Ordinal))
        {
            add("Authentication", "must be client_secret_basic, client_secret_post or private_key_jwt.");
        }

        var isSigned = one.Authentication == "private_key_jwt";
        if (isSigned == string.IsNullOrEmpty(one.KeyId))
        {
            add("KeyId", "belongs to private_key_jwt, and to no other.");
        }

        if (one.Algorithm is { } algorithm && !(isSigned && Algorithms.Contains(algorithm, StringComparer.Ordinal)))
        {
            add("Algorithm", "belongs to private_key_jwt: RS384, ES384, ES256, PS256 or PS384.");
        }

        if (!Uri.TryCreate(one.TokenEndpoint, UriKind.Absolute, out var endpoint) || (endpoint.Scheme != "https" && !endpoint.IsLoopback))
        {
            add("TokenEndpoint", "is required: an https address.");
        }
        else if (
            allowed.All(static text => Networks.TryParse(text, out _)) && new EgressPolicy(allowed).FindFlaw(one.TokenEndpoint!) is { } flaw
        )
        {
            add("TokenEndpoint", $"{flaw}.");
        }
    }
}
