using System.Globalization;
using System.Text;

namespace PhiGateway.Policy.Validation;

/// <summary>
/// Says whether a text shows all that it holds: no control characters, nothing that hides, separates or turns round what is shown. Asked of
/// every text that a person sends to the control plane, since another person decides by what they see of it.
/// </summary>
public static class ShownText
{
    /// <summary>Spells words of several scripts together; every other format character only hides.</summary>
    internal const char NonJoiner = '\u200c';

    /// <summary>As <see cref="NonJoiner"/>.</summary>
    internal const char Joiner = '\u200d';

    /// <summary>Whether a text of one line shows all that it holds.</summary>
    public static bool IsLine(string text)
    {
        foreach (var letter in text.EnumerateRunes())
        {
            if (!IsShown(letter))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>As <see cref="IsLine"/>, of a text that may have several lines and tabs.</summary>
    public static bool IsText(string text)
    {
        foreach (var letter in text.EnumerateRunes())
        {
            if (!IsShown(letter) && letter.Value is not ('\n' or '\r' or '\t'))
            {
                return false;
            }
        }

        return true;
    }

    // The fillers of Hangul and the empty pattern of Braille are letters that show nothing.
    // By whole characters: the tags of plane 14 are two halves, neither of which says what it is.
    private static bool IsShown(Rune letter) =>
        letter.Value is NonJoiner or Joiner
        || (
            letter.Value is not (0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800)
            && Rune.GetUnicodeCategory(letter)
                is not (
                    UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
                )
        );
}
