using PhiGateway.Identity.Common;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Checks what is written about body keys, without reading a secret; called by the options' validator.</summary>
internal static class BodyKeyValidator
{
    private const int MostName = 64;

    /// <summary>Adds every problem.</summary>
    public static void Validate(AuditBodyOptions options, Action<string, string> add)
    {
        foreach (var (name, reference) in options.Keys)
        {
            if (name.Length is 0 or > MostName || !name.All(IsOfAName))
            {
                add("Audit:Bodies:Keys", $"names a key by letters, digits, dots, hyphens and underscores, {MostName} at most.");
            }
            else if (!SecretReference.IsReference(reference))
            {
                // What stands there may be the key itself: it is not said.
                add($"Audit:Bodies:Keys:{name}", "must be a reference: env:NAME, file:/path or systemd:NAME.");
            }
        }

        if (options.Key is { } current && !options.Keys.ContainsKey(current))
        {
            add("Audit:Bodies:Key", "must be the name of one of Audit:Bodies:Keys.");
        }
    }

    private static bool IsOfAName(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';
}
