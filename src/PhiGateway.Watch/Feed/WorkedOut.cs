namespace PhiGateway.Watch.Feed;

/// <summary>
/// Remembers what was worked out of words that repeat from record to record, such as addresses and names of programs: each of few places
/// keeps the last word that fell on it. Not thread-safe.
/// </summary>
/// <param name="work">Works it out; gives the same for the same word.</param>
internal sealed class WorkedOut<T>(Func<string, T> work)
{
    private const int Places = 256;
    private const int Longest = 128;

    private readonly string?[] _words = new string?[Places];
    private readonly T[] _values = new T[Places];

    /// <summary>What comes of a word. Of one that is long it is worked out each time, and not kept.</summary>
    public T Of(string word)
    {
        if (word.Length > Longest)
        {
            return work(word);
        }

        var place = word.GetHashCode(StringComparison.Ordinal) & (Places - 1);
        if (_words[place] != word)
        {
            _values[place] = work(word);
            _words[place] = word;
        }

        return _values[place];
    }
}
