namespace PhiGateway.Watch.Feed;

/// <summary>
/// Remembers what was made of the last texts that stood at one place of many records, so that it is made once for many. Not thread-safe; used
/// by what reads the trail record by record.
/// </summary>
/// <remarks>Security: whoever ships may have put a row there whose text has any length. Such a one is not remembered.</remarks>
/// <param name="make">Makes it of a text: the same of the same.</param>
/// <typeparam name="T">What is made.</typeparam>
internal sealed class RecentTexts<T>(Func<string, T> make)
{
    /// <summary>Longer texts are not remembered.</summary>
    public const int Longest = 64;

    // A power of two.
    private const int Places = 64;

    private readonly (string Text, T Made)?[] _known = new (string, T)?[Places];

    /// <summary>What is made of a text.</summary>
    public T Of(string text)
    {
        if (text.Length is 0 or > Longest)
        {
            return make(text);
        }

        // Where it may stand follows from three of its letters and its length.
        var sum = text[0] + (text[^1] * 3) + (text[text.Length / 2] * 7) + (text.Length * 13);
        ref var place = ref _known[sum & (Places - 1)];
        if (place is { } known && known.Text == text)
        {
            return known.Made;
        }

        var made = make(text);
        place = (text, made);
        return made;
    }
}
