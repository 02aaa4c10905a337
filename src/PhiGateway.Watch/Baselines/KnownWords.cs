namespace PhiGateway.Watch.Baselines;

/// <summary>
/// The words that a client was seen with (operations, networks, subjects), each with when and on how many days; bounded, the longest unseen
/// goes first.
/// </summary>
internal sealed class KnownWords
{
    private const int Most = 256;

    // So many are found as fast one after the other, and most clients have fewer.
    private const int MostListed = 16;

    private KnownWord[] _words = [];
    private Dictionary<string, KnownWord>? _index;

    // Several rules ask for the word of one record one after the other.
    private KnownWord? _found;

    public int Count { get; private set; }

    /// <summary>Whether as many are kept as can be: what was there before them is forgotten.</summary>
    public bool IsFull => Count >= Most;

    public ReadOnlySpan<KnownWord> All => _words.AsSpan(0, Count);

    public KnownWord? Find(string word)
    {
        if (_found is { } found && found.Word == word)
        {
            return found;
        }

        if (_index is not null)
        {
            return _index.TryGetValue(word, out var indexed) ? _found = indexed : null;
        }

        foreach (var known in All)
        {
            if (known.Word == word)
            {
                return _found = known;
            }
        }

        return null;
    }

    /// <summary>Notes a use and gives what is known of the word, this use included.</summary>
    public KnownWord Note(string word, DateTimeOffset at)
    {
        if (Find(word) is not { } known)
        {
            known = new KnownWord(SharedWords.Of(word), at);
            Keep(known);
        }

        known.Note(at);
        return known;
    }

    /// <summary>Takes up one that was kept.</summary>
    public void Restore(KnownWord known)
    {
        if (Find(known.Word) is null)
        {
            Keep(known);
        }
    }

    /// <summary>How many words came on so many days and more: the usual ones.</summary>
    public int CountUsual(int days)
    {
        var usual = 0;
        foreach (var known in All)
        {
            usual += known.Days >= days ? 1 : 0;
        }

        return usual;
    }

    /// <summary>How many words came within a time, without one of them, of those that a condition picks.</summary>
    public int CountNewerThan(DateTimeOffset since, string except, Func<string, KnownWord, bool> picks)
    {
        var count = 0;
        foreach (var known in All)
        {
            count += known.First > since && known.Word != except && picks(known.Word, known) ? 1 : 0;
        }

        return count;
    }

    /// <summary>For how many days words of this sort are known, which may be fewer than the client's own: older records do not say them.</summary>
    public double DaysAt(DateTimeOffset now)
    {
        var first = now;
        foreach (var known in All)
        {
            first = known.First < first ? known.First : first;
        }

        return (now - first).TotalDays;
    }

    private void Keep(KnownWord known)
    {
        if (Count == Most)
        {
            Replace(known);
            return;
        }

        if (Count == _words.Length)
        {
            Array.Resize(ref _words, Math.Max(1, Count + (Count / 2) + (Count % 2)));
        }

        _words[Count++] = known;
        if (_index is null && Count > MostListed)
        {
            _index = new Dictionary<string, KnownWord>(StringComparer.Ordinal);
            foreach (var one in All)
            {
                _index[one.Word] = one;
            }
        }
        else if (_index is not null)
        {
            _index[known.Word] = known;
        }
    }

    private void Replace(KnownWord known)
    {
        var oldest = 0;
        for (var place = 1; place < Count; place++)
        {
            oldest = _words[place].Last < _words[oldest].Last ? place : oldest;
        }

        _found = null;
        _ = _index!.Remove(_words[oldest].Word);
        _words[oldest] = known;
        _index[known.Word] = known;
    }
}
