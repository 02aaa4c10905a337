using System.Text;

namespace PhiGateway.Audit.Records;

/// <summary>Makes what a record keeps of the body of a search by POST (<see cref="AuditRecord.Form"/>), and says whether it is all of it.</summary>
public static class AskedForm
{
    /// <summary>Stands last where parameters were left out; without an equals sign it is none itself.</summary>
    public const string Left = "...";

    private const string LeftAtEnd = "&" + Left;

    /// <summary>The body, or what there is room for.</summary>
    /// <param name="body">The urlencoded form.</param>
    /// <param name="most">How many characters there is room for.</param>
    /// <remarks>
    /// Security: of a body that is too long the long parameters are left out, wherever they stand. Were it cut at its end, whoever fills its
    /// beginning would keep the rest out of the record.
    /// </remarks>
    public static string? Of(ReadOnlySpan<byte> body, int most)
    {
        if (body.IsEmpty || !Ascii.IsValid(body))
        {
            return null;
        }

        var text = Encoding.ASCII.GetString(body);
        return text.Length <= most ? text : Shorten(text, most);
    }

    /// <summary>Whether a record holds all of a body.</summary>
    public static bool IsWhole(AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Form is { Length: > 0 } form
            && form != Left
            && !form.EndsWith(LeftAtEnd, StringComparison.Ordinal)
            // What was cut because nobody answers for it says so in other characters.
            && Ascii.IsValid(form);
    }

    private static string Shorten(string text, int most)
    {
        var pairs = text.Split('&');
        var longest = LongestKept(pairs, most - Left.Length);
        var kept = new StringBuilder(most);
        foreach (var pair in pairs)
        {
            if (pair.Length <= longest)
            {
                kept.Append(pair).Append('&');
            }
        }

        return kept.Append(Left).ToString();
    }

    // Of each length all or none, so that what is kept does not depend on the order.
    private static int LongestKept(string[] pairs, int room)
    {
        var lengths = new int[pairs.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            lengths[i] = pairs[i].Length;
        }

        Array.Sort(lengths);
        var longest = -1;
        var taken = 0;
        for (var i = 0; i < lengths.Length; i++)
        {
            taken += lengths[i] + 1;
            if (taken > room)
            {
                break;
            }

            var isLastOfItsLength = i + 1 == lengths.Length || lengths[i + 1] > lengths[i];
            longest = isLastOfItsLength ? lengths[i] : longest;
        }

        return longest;
    }
}
