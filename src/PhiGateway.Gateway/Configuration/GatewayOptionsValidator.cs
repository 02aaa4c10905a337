using System.Net;
using PhiGateway.Apis;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Signals;
using PhiGateway.TokenService.Configuration;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Validates what an operator wrote under <c>PhiGateway</c>; gathers, never stops at the first.</summary>
internal static class GatewayOptionsValidator
{
    private static readonly string[] Providers = ["Sqlite", "Postgres"];

    /// <summary>Adds every problem found.</summary>
    public static void Validate(GatewayOptions options, List<ConfigurationProblem> problems)
    {
        void Add(string key, string message) => problems.Add(new ConfigurationProblem($"PhiGateway:{key}", message));

        if (options.Environment.Length == 0)
        {
            Add("Environment", "is required: the environment this gateway serves, such as production.");
        }

        if (options.Node.Length is 0 or > 64 || !options.Node.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
        {
            Add("Node", "must be 1 to 64 of letters, digits, dot, dash and underscore.");
        }

        if (
            !Uri.TryCreate(options.PublicBase, UriKind.Absolute, out var publicBase)
            || publicBase.Scheme is not ("http" or "https")
            || publicBase.AbsolutePath != "/"
            || options.PublicBase.EndsWith('/')
            || publicBase.Query.Length + publicBase.Fragment.Length + publicBase.UserInfo.Length > 0
        )
        {
            Add(
                "PublicBase",
                "is required: scheme and authority that clients use, without a path or trailing slash, such as https://gw.hospital.example."
            );
        }

        ValidateListener(
            options.Listeners.Data,
            "Listeners:Data",
            options.Listeners,
            options.Listeners.AllowPlainHttpBehindTerminator,
            Add
        );
        ValidateListener(options.Listeners.Admin, "Listeners:Admin", options.Listeners, false, Add);
        if (AreOne(options.Listeners.Data, options.Listeners.Admin))
        {
            Add("Listeners:Admin", "must differ from Listeners:Data: the control plane has its own listener.");
        }

        options.Mcp.Validate(options.RoutePlaces, (key, words) => Add($"Mcp:{key}", words));
        if (options.TokenService is { } tokens)
        {
            ValidateTokenService(tokens, options, Add);
        }

        ValidateSignals(options, Add);
        ValidateHandleKey(options.HandleKey, Add);
        ValidateSmart(options.SmartEndpoints, Add);
        ValidateStore(options.Registry.Provider, options.Registry.ConnectionString, "Registry", Add);
        ValidateStore(options.Audit.Store.Provider, options.Audit.Store.ConnectionString, "Audit:Store", Add);
        ValidateLogin(options.Admin.RegistryConnectionString, "Admin:RegistryConnectionString", Add);
        ValidateLogin(options.Admin.AuditConnectionString, "Admin:AuditConnectionString", Add);
        BodyKeyValidator.Validate(options.Audit.Bodies, Add);
        FollowingValidator.Validate(options.Registry, Add);
        if (options.Audit.Journal.StrangerPercent is < 1 or > 90)
        {
            Add("Audit:Journal:StrangerPercent", "must be between 1 and 90.");
        }

        if (options.Audit.Strangers.RecordsPerSecondPerPeer is < 1 or > 1_000_000)
        {
            Add("Audit:Strangers:RecordsPerSecondPerPeer", "must be between 1 and 1000000.");
        }

        if (options.Audit.Strangers.RecordsPerSecond is < 1 or > 1_000_000)
        {
            Add("Audit:Strangers:RecordsPerSecond", "must be between 1 and 1000000.");
        }

        if (options.Audit.Journal.Directory.Length == 0)
        {
            Add("Audit:Journal:Directory", "is required: nothing is released without a journal.");
        }

        if (!ByteSize.TryParse(options.Audit.Journal.Budget, out var budget) || budget < 64L * 1024 * 1024)
        {
            Add("Audit:Journal:Budget", "must be a size of at least 64 MiB, such as 40 GiB.");
        }

        foreach (var problem in options.Dpop.Validate())
        {
            var space = problem.IndexOf(' ', StringComparison.Ordinal);
            Add(problem[..space], problem[(space + 1)..]);
        }

        LogValidator.Validate(options, Add);
        LimitValidator.Validate(options.Limits, Add);
        BackendCredentialValidator.Validate(options, Add);
        EdgeValidator.Validate(options, Add);
        SinkValidator.Validate(options, Add);
        // A node that issues tokens itself needs nobody else's.
        if (options.TokenService is null || options.Issuers.Count > 0)
        {
            foreach (var problem in IssuerOptionsValidator.Validate(options.Issuers))
            {
                problems.Add(new ConfigurationProblem("PhiGateway:Issuers", problem));
            }
        }

        foreach (var (name, api) in options.Apis)
        {
            var found = new List<ApiProblem>();
            _ = ApiTable.Compile(api, found);
            problems.AddRange(found.Select(problem => new ConfigurationProblem($"PhiGateway:Apis:{name}:{problem.Path}", problem.Message)));
        }

        foreach (var problem in options.Admin.Oidc?.Validate() ?? [])
        {
            problems.Add(new ConfigurationProblem("PhiGateway:Admin:Oidc", problem));
        }

        ConsoleValidator.Validate(options.Admin, Add);
        WatchValidator.Validate(options, Add);
        if (options.Admin.DoorWarningDays?.Any(static days => days is < 1 or > 366) == true)
        {
            Add("Admin:DoorWarningDays", "must be days between 1 and 366.");
        }

        if (options.Admin.RosterAlertMembers < 1 || options.Admin.RosterAlertPercent < 1 || options.Admin.RosterMostAlone < 0)
        {
            Add("Admin:RosterAlertMembers", "and RosterAlertPercent must be 1 or more, RosterMostAlone 0 or more.");
        }

        if (options.Admin.Shadows.Most is < 0 or > 32 || options.Admin.Shadows.PerSecond is < 1 or > 1000)
        {
            Add("Admin:Shadows", "Most must be between 0 and 32, PerSecond between 1 and 1000.");
        }

        if (options.Admin.SpoolDirectory is { } spool && !Directory.Exists(spool))
        {
            Add("Admin:SpoolDirectory", "is not a directory.");
        }

        if (options.Admin.SpoolBytes < 1024 * 1024)
        {
            Add("Admin:SpoolBytes", "must be 1048576 (1 MiB) or more.");
        }

        if (options.Telemetry.Otlp is { } collector && !IsCollector(collector))
        {
            Add(
                "Telemetry:Otlp",
                "must be a collector's https address without query or user, as https://collector.hospital.example:4318; http on loopback."
            );
        }

        if (options.Admin.BootstrapKey is { } reference && !SecretReference.TryResolve(reference, out _, out var why))
        {
            Add("Admin:BootstrapKey", why);
        }
    }

    private static bool IsCollector(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback))
        && uri.Query.Length + uri.Fragment.Length + uri.UserInfo.Length == 0;

    // Both are told to everybody: words of the field, as SMART App Launch and OAuth have them.
    private static void ValidateSmart(SmartEndpointOptions smart, Action<string, string> add)
    {
        if (!smart.Capabilities.All(static word => word.Length is > 0 and <= 64 && word.All(IsOfCapability)))
        {
            add("SmartEndpoints:Capabilities", "must be SMART's names of capabilities, such as launch-ehr.");
        }

        if (
            !smart.Scopes.All(static word =>
                word.Length is > 0 and <= 256 && word.All(static c => c is > ' ' and <= '~' and not ('"' or '\\'))
            )
        )
        {
            add("SmartEndpoints:Scopes", "must be scopes, one to an item, such as patient/*.rs.");
        }
    }

    private static bool IsOfCapability(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-';

    private static void ValidateHandleKey(string? reference, Action<string, string> add)
    {
        if (reference is null)
        {
            return;
        }

        if (!SecretReference.TryResolve(reference, out var secret, out var why))
        {
            add("HandleKey", why);
        }
        else if (secret.Length < 32)
        {
            add("HandleKey", "must name a secret of at least 32 characters.");
        }
        else if (SecretReference.FindRightsFlaw(reference) is { } flaw)
        {
            add("HandleKey", $"{flaw}.");
        }
    }

    // One port on one address, however it is written; port 0 is another one each time.
    private static bool AreOne(string left, string right) =>
        Uri.TryCreate(left, UriKind.Absolute, out var one)
        && Uri.TryCreate(right, UriKind.Absolute, out var other)
        && one.Port == other.Port
        && one.Port != 0
        && string.Equals(
            one.Host.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase),
            other.Host.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase),
            StringComparison.OrdinalIgnoreCase
        );

    private static void ValidateTokenService(TokenServiceOptions tokens, GatewayOptions options, Action<string, string> add)
    {
        const string Listener = "TokenService:Listener";
        ValidateListener(tokens.Listener, Listener, options.Listeners, options.Listeners.AllowPlainHttpBehindTerminator, add);
        if (AreOne(tokens.Listener, options.Listeners.Data) || AreOne(tokens.Listener, options.Listeners.Admin))
        {
            add(Listener, "must differ from the other listeners: issuing has its own.");
        }

        tokens.Validate((key, words) => add($"TokenService:{key}", words));
        if (options.Issuers.Any(issuer => issuer.Name == tokens.Name || issuer.Issuer == tokens.Issuer))
        {
            add("TokenService:Name", "is an issuer's of Issuers, by name or by iss; the token service is one by itself.");
        }
    }

    private static void ValidateSignals(GatewayOptions options, Action<string, string> add)
    {
        const string Listener = "Signals:Listener";
        if (options.Signals.Listener is { } listener)
        {
            ValidateListener(listener, Listener, options.Listeners, options.Listeners.AllowPlainHttpBehindTerminator, add);
            string?[] others = [options.Listeners.Data, options.Listeners.Admin, options.TokenService?.Listener];
            if (others.Any(other => other is not null && AreOne(listener, other)))
            {
                add(Listener, "must differ from the other listeners: signals have their own.");
            }
        }

        SignalsValidator.Validate(
            options.Signals,
            SignalPlaces.IssuersOf(options).Keys.ToList(),
            (key, words) => add($"Signals:{key}", words)
        );
    }

    private static void ValidateListener(string text, string key, ListenerOptions listeners, bool plainAllowed, Action<string, string> add)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/")
        {
            add(key, "must be an address such as https://0.0.0.0:8443.");
            return;
        }

        if (!IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && uri.Host != "localhost")
        {
            add(key, "must name an IP address or localhost, not a host name.");
            return;
        }

        var loopback = uri.Host == "localhost" || IPAddress.IsLoopback(address!);
        if (uri.Scheme == "http" && !loopback && !plainAllowed)
        {
            add(key, "listens without TLS beyond loopback; use https.");
        }

        if (uri.Scheme == "https" && (!File.Exists(listeners.CertificatePath) || !File.Exists(listeners.CertificateKeyPath)))
        {
            add(key, "is https: Listeners:CertificatePath and Listeners:CertificateKeyPath must name existing PEM files.");
        }
        else if (uri.Scheme == "https" && KeyFileRights.FindFlaw(listeners.CertificateKeyPath!) is { } flaw)
        {
            add("Listeners:CertificateKeyPath", $"{flaw}.");
        }
    }

    private static void ValidateStore(string provider, string connectionString, string key, Action<string, string> add)
    {
        if (!Providers.Contains(provider, StringComparer.Ordinal))
        {
            add($"{key}:Provider", "must be Postgres or Sqlite.");
        }

        if (connectionString.Length == 0)
        {
            add($"{key}:ConnectionString", "is required.");
        }
        else if (SecretReference.IsReference(connectionString))
        {
            if (!SecretReference.TryResolve(connectionString, out _, out var why))
            {
                add($"{key}:ConnectionString", why);
            }
        }
        else if (provider == "Postgres")
        {
            add($"{key}:ConnectionString", "holds a secret and is given by reference: write env:NAME or file:/path.");
        }
    }

    // The logins of the control plane lead to the same databases.
    private static void ValidateLogin(string? connectionString, string key, Action<string, string> add)
    {
        if (connectionString is { } text && SecretReference.IsReference(text) && !SecretReference.TryResolve(text, out _, out var why))
        {
            add(key, why);
        }
    }
}
