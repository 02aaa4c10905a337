using System.Collections.Frozen;

namespace PhiGateway.Admin.Decisions;

/// <summary>
/// Finds what <c>docs/refusals.md</c> advises about a refusal: the page itself is read, so that explanations and documentation say the
/// same.
/// </summary>
internal static class RefusalGuide
{
    private static readonly FrozenDictionary<string, string> Advice = Load();

    /// <summary>The advice for a code; null for a code without a row.</summary>
    public static string? Find(string code) => Advice.GetValueOrDefault(code);

    private static FrozenDictionary<string, string> Load()
    {
        using var stream =
            typeof(RefusalGuide).Assembly.GetManifestResourceStream("refusals.md")
            ?? throw new InvalidOperationException("The page of refusals is not part of this build.");
        using var reader = new StreamReader(stream);
        var advice = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            // | `code` | status | public text | advice |
            if (line.Split('|', StringSplitOptions.TrimEntries) is ["", ['`', .. var code, '`'], _, _, var words, ""])
            {
                advice[code] = words.Replace("`", string.Empty, StringComparison.Ordinal);
            }
        }

        return advice.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
