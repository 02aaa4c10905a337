using System.Text;

namespace PhiGateway.Storage.Common;

/// <summary>Replaces in a text what a database here cannot hold: NUL and halves of a surrogate pair.</summary>
/// <remarks>
/// Only for columns that are searched; what was hashed stays exact in the body. One poisoned value must not stop a shipper.
/// </remarks>
internal static class StorableText
{
    public static string? Clean(string? text) => text is null || !MayNeed(text) ? text : Replace(text);

    private static bool MayNeed(string text) =>
        text.Contains('\0', StringComparison.Ordinal) || text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    private static string Replace(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // The enumeration already puts U+FFFD where a half of a pair stands.
            clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        }

        return clean.ToString();
    }
}
