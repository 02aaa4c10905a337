namespace PhiGateway.Watch.Baselines;

/// <summary>
/// The words that a client was seen with (operations, networks, subjects), each with when and on how many days; bounded, the longest unseen
/// goes first.
/// </summary>
internal sealed class KnownWords
{
    private const int Most = 256;

    private readonly Dictionary<string, KnownWord> _words = new(StringComparer.Ordinal);

    public int Count => _words.Count;

    public IEnumerable<KeyValuePair<string, KnownWord>> All => _words;

    public KnownWord? Find(string word) => _words.GetValueOrDefault(word);

    /// <summary>Notes a use and gives what is known of the word, this use included.</summary>
    public KnownWord Note(string word, DateTimeOffset at)
    {
        if (!_words.TryGetValue(word, out var known))
        {
            if (_words.Count >= Most)
            {
                _words.Remove(_words.MinBy(static pair => pair.Value.Last).Key);
            }

            _words[word] = known = new KnownWord(at);
        }

        known.Note(at);
        return known;
    }

    public void Restore(string word, KnownWord known) => _words[word] = known;

    /// <summary>How many words came on so many days and more: the usual ones.</summary>
    public int CountUsual(int days)
    {
        var usual = 0;
        foreach (var (_, known) in _words)
        {
            usual += known.Days >= days ? 1 : 0;
        }

        return usual;
    }

    /// <summary>How many words came within a time, without one of them, of those that a condition picks.</summary>
    public int CountNewerThan(DateTimeOffset since, string except, Func<string, KnownWord, bool> picks)
    {
        var count = 0;
        foreach (var (word, known) in _words)
        {
            count += known.First > since && word != except && picks(word, known) ? 1 : 0;
        }

        return count;
    }
}
