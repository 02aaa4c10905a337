using System.Text.RegularExpressions;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Names of events as a search of the trail asks for them: one, such as <c>client.approve</c>, or all of a thing, as <c>client.*</c>.
/// </summary>
internal static partial class TrailEvents
{
    /// <summary>What is expected of a name, in words.</summary>
    public const string Expected = "the name of an event is expected, such as client.approve, or all of a thing, as client.*.";

    private const int MostText = 64;
    private const string All = ".*";

    /// <summary>Whether a text can be a name of events.</summary>
    public static bool IsName(string text) => text.Length <= MostText && Name().IsMatch(text);

    /// <summary>Whether an event is one of those asked for.</summary>
    public static bool Fits(string asked, string @event) =>
        asked.EndsWith(All, StringComparison.Ordinal)
            ? @event.StartsWith(asked[..^1], StringComparison.Ordinal)
            : string.Equals(asked, @event, StringComparison.Ordinal);

    /// <summary>Whether no record of a request has such a name: those are named by their interaction, in one word.</summary>
    public static bool IsOfNoRequest(string asked) => asked.Contains('.', StringComparison.Ordinal);

    [GeneratedRegex(@"^[a-z$][a-z0-9$-]*(\.[a-z0-9-]+)*(\.\*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
