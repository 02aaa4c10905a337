using PhiGateway.Identity.Common;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Finds what is wrong with the configuration of the console and of what other systems ask; called with the rest of the options at start.</summary>
internal static class ConsoleValidator
{
    private const int LeastSecret = 32;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Adds every problem.</summary>
    public static void Validate(AdminPlaneOptions admin, Action<string, string> add)
    {
        foreach (var (key, message) in admin.AuthZen.Validate())
        {
            add(key, message);
        }

        if (admin.Console is not { } console)
        {
            return;
        }

        if (admin.Oidc is null)
        {
            add("Admin:Console", "needs Admin:Oidc: the issuer signs people in.");
        }

        if (!IsBase(console.PublicBase))
        {
            add(
                "Admin:Console:PublicBase",
                "must be https://host or https://host:port without a path, as browsers reach the console; http on loopback."
            );
        }

        if (string.IsNullOrWhiteSpace(console.ClientId))
        {
            add("Admin:Console:ClientId", "is required.");
        }

        if (console.ClientSecret is { } reference && !SecretReference.TryResolve(reference, out _, out var why))
        {
            add("Admin:Console:ClientSecret", why);
        }

        if (console.SignInKey is { } shared)
        {
            if (!SecretReference.TryResolve(shared, out var secret, out why))
            {
                add("Admin:Console:SignInKey", why);
            }
            else if (secret.Length < LeastSecret)
            {
                add("Admin:Console:SignInKey", "must have at least 32 characters, such as openssl rand -base64 32 makes.");
            }
        }

        if (IsOut(console.Idle) || IsOut(console.Longest))
        {
            add("Admin:Console:Idle", "and Longest must be between a minute and a day.");
        }

        if (console.SignInStartsPerMinute is < 1 or > 1_000_000 || console.SignInStartsPerMinutePerPeer is < 1 or > 1_000_000)
        {
            add("Admin:Console:SignInStartsPerMinute", "and SignInStartsPerMinutePerPeer must be between 1 and 1,000,000.");
        }

        if (console.Jobs is < 1 or > 10_000 || console.JobsPerPerson is < 1 or > 10_000)
        {
            add("Admin:Console:Jobs", "and JobsPerPerson must be between 1 and 10,000.");
        }

        if (console.TailsPerPerson is < 1 or > 100)
        {
            add("Admin:Console:TailsPerPerson", "must be between 1 and 100.");
        }

        if (console.StepUp is { } stepUp)
        {
            Validate(stepUp, add);
        }
    }

    private static void Validate(ConsoleStepUp stepUp, Action<string, string> add)
    {
        if (stepUp.Off && (stepUp.Within is not null || stepUp.Acr.Count > 0))
        {
            add("Admin:Console:StepUp:Off", "stands alone: beside it neither Within nor Acr means anything.");
        }

        if (IsOut(stepUp.Within))
        {
            add("Admin:Console:StepUp:Within", "must be between a minute and a day.");
        }

        if (stepUp.Acr.Any(static acr => acr.Length == 0 || acr.Any(static c => c is <= ' ' or > '\x7e' or '"' or '\\')))
        {
            add("Admin:Console:StepUp:Acr", "must hold names without spaces.");
        }
    }

    private static bool IsBase(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && uri.PathAndQuery == "/"
        && uri.Fragment.Length + uri.UserInfo.Length == 0;

    private static bool IsOut(TimeSpan? time) => time < TimeSpan.FromMinutes(1) || time > Longest;
}
