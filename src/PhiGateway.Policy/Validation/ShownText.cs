using System.Globalization;

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
        foreach (var letter in text)
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
        foreach (var letter in text)
        {
            if (!IsShown(letter) && letter is not ('\n' or '\r' or '\t'))
            {
                return false;
            }
        }

        return true;
    }

    internal static bool IsShown(char letter) =>
        letter is NonJoiner or Joiner
        || char.GetUnicodeCategory(letter)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
            );
}
