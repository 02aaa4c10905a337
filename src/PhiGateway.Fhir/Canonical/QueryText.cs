using System.Text;

namespace PhiGateway.Fhir.Canonical;

/// <summary>
/// Reads queries that stand in a text of FHIR's: a condition of a create, a reference by what it looks for. Blanks and letters beyond ASCII
/// may stand there bare (both are <c>string</c> in R4), and mean themselves.
/// </summary>
internal static class QueryText
{
    /// <summary>The text with those percent-encoded, as a query of an address has them; the very text where there are none.</summary>
    /// <param name="text">A query, or an address with one.</param>
    internal static string Encode(string text)
    {
        if (Ascii.IsValid(text) && !text.Contains(' ', StringComparison.Ordinal))
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length + 32);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && rune.Value != ' ')
            {
                encoded.Append((char)rune.Value);
            }
            else
            {
                encoded.Append(Uri.EscapeDataString(rune.ToString()));
            }
        }

        return encoded.ToString();
    }
}
