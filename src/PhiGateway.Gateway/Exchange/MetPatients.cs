namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// The keyed words of the patients whom a client met in one stretch of time, on any node, and those of them whom the other nodes have not been
/// told of. Part of <see cref="ClientQuota"/>; not thread-safe.
/// </summary>
internal sealed class MetPatients
{
    private readonly HashSet<string> _all = new(StringComparer.Ordinal);
    private readonly List<string> _fresh = [];

    // Met by a node whose clock is ahead, in a stretch that has not begun here: they are said once, and must not be forgotten by then.
    private readonly HashSet<string> _later = new(StringComparer.Ordinal);
    private long _laterStretch;
    private long _stretch;

    // Given out to be said; whether that arrived is not known yet.
    private readonly List<string> _saying = [];

    /// <summary>How many, of all nodes.</summary>
    public int Count => _all.Count;

    /// <summary>Whether there is nobody, in this stretch or in one to come.</summary>
    public bool IsEmpty => _all.Count == 0 && _later.Count == 0;

    /// <summary>Whether some were given out to be said, and that did not end.</summary>
    public bool IsSaying => _saying.Count > 0;

    public bool Contains(string word) => _all.Contains(word);

    /// <summary>They were met here: the others are told of each, once.</summary>
    public void Meet(string[] words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (_all.Add(words[i]))
            {
                _fresh.Add(words[i]);
            }
        }
    }

    /// <summary>Others, or this node before it was started anew, have said so of this stretch.</summary>
    public void Learn(IEnumerable<string> words) => _all.UnionWith(words);

    /// <summary>The same of one, in this stretch or in one that is to come; who was met before is no matter.</summary>
    public void Learn(string word, long stretch)
    {
        if (stretch == _stretch)
        {
            _all.Add(word);
            return;
        }

        if (stretch > Math.Max(_stretch, _laterStretch))
        {
            _later.Clear();
            _laterStretch = stretch;
        }

        if (stretch > _stretch && stretch == _laterStretch)
        {
            _later.Add(word);
        }
    }

    /// <summary>Whom the others have not been told of; given again until <see cref="Settle"/>.</summary>
    public string[] TakeUnsaid()
    {
        _saying.AddRange(_fresh);
        _fresh.Clear();
        return [.. _saying];
    }

    /// <summary>What was given out has been said.</summary>
    public void Settle() => _saying.Clear();

    /// <summary>A new stretch begins: with those who are known to have been met in it.</summary>
    public void Begin(long stretch)
    {
        _stretch = stretch;
        _all.Clear();
        _fresh.Clear();
        _saying.Clear();
        if (stretch == _laterStretch)
        {
            _all.UnionWith(_later);
        }

        if (stretch >= _laterStretch)
        {
            _later.Clear();
        }
    }
}
