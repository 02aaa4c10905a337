using System.Globalization;

namespace PhiGateway.Policy.Validation;

/// <summary>Says whether a text shows all that is in it on one line: no control, no character that hides, reorders or separates.</summary>
public static class ShownText
{
    // The two joiners spell words of several scripts; every other format character hides, reorders or separates.
    internal const char NonJoiner = '\u200c';
    internal const char Joiner = '\u200d';

    /// <summary>Whether a text does.</summary>
    public static bool IsOneLine(string text)
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

    /// <summary>Whether a character does.</summary>
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
