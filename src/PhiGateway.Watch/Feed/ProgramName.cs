using System.Globalization;

namespace PhiGateway.Watch.Feed;

/// <summary>Reads of a record which program called: hashed, since what a caller writes there is nobody's to keep in a file of the node.</summary>
internal static class ProgramName
{
    // What people hold in their hands: browsers say Mozilla, and these are used on a command line or a desk.
    private static readonly string[] ByHand =
    [
        "Mozilla",
        "Opera",
        "curl",
        "Wget",
        "HTTPie",
        "PostmanRuntime",
        "insomnia",
        "bruno-runtime",
        "PowerShell",
        "WindowsPowerShell",
    ];

    [ThreadStatic]
    private static WorkedOut<(string Hash, bool IsByHand)>? _known;

    /// <summary>The hash of the name without its version; empty: the record has none.</summary>
    public static string HashOf(string? userAgent) => userAgent is null ? string.Empty : Known(userAgent).Hash;

    /// <summary>Whether it is one that people use by hand.</summary>
    public static bool IsByHand(string? userAgent) => userAgent is not null && Known(userAgent).IsByHand;

    private static (string Hash, bool IsByHand) Known(string userAgent) =>
        (_known ??= new WorkedOut<(string Hash, bool IsByHand)>(Read)).Of(userAgent);

    private static (string Hash, bool IsByHand) Read(string userAgent)
    {
        var name = NameOf(userAgent);
        var isByHand = false;
        foreach (var known in ByHand)
        {
            isByHand |= name.Equals(known, StringComparison.OrdinalIgnoreCase);
        }

        return (StableHash.Of(name).ToString("x16", CultureInfo.InvariantCulture), isByHand);
    }

    // An upgrade is no other program.
    private static ReadOnlySpan<char> NameOf(string userAgent)
    {
        var end = userAgent.IndexOf('/', StringComparison.Ordinal);
        return end < 0 ? userAgent : userAgent.AsSpan(0, end);
    }
}
