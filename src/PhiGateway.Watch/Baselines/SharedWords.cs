namespace PhiGateway.Watch.Baselines;

/// <summary>
/// One copy of each word that many clients have in common, such as operations and purposes; asked when a word is kept, never for each
/// record. Thread-safe.
/// </summary>
/// <remarks>Bounded: whoever makes words up ends what is shared from there on, and no more.</remarks>
internal static class SharedWords
{
    private const int Most = 16_384;
    private const int Longest = 256;

    private static readonly Lock Gate = new();
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal);

    /// <summary>The same word, mostly by another's copy.</summary>
    public static string Of(string word)
    {
        if (word.Length is 0 or > Longest)
        {
            return word;
        }

        lock (Gate)
        {
            if (Words.TryGetValue(word, out var known))
            {
                return known;
            }

            if (Words.Count >= Most)
            {
                Words.Clear();
            }

            Words.Add(word);
            return word;
        }
    }
}
