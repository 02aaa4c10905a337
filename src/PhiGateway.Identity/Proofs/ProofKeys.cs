namespace PhiGateway.Identity.Proofs;

/// <summary>
/// Keeps the keys of proofs that held from one check to the next, whichever token they are shown with: importing one costs as much as a
/// verification. Asked by <see cref="DpopChecker"/>.
/// </summary>
/// <remarks>
/// Thread-safe; a key that was taken has one user until it is given back. Bounded by two generations, of which the older is given up.
/// Security: a key is found by the whole header that it was read from. Whether it is the one of the token is asked each time.
/// </remarks>
/// <param name="capacity">How many keys are kept, of whatever headers.</param>
internal sealed class ProofKeys(int capacity = ProofKeys.DefaultCapacity)
{
    /// <summary>Some 8 MB of keys.</summary>
    public const int DefaultCapacity = 4096;

    // The header of the largest key that is taken is half as long.
    private const int LongestHeader = 2048;

    // More than that many are never checked at the same moment.
    private static readonly int MostOfOne = Math.Max(2, Environment.ProcessorCount);

    private readonly Lock _lock = new();
    private Dictionary<string, ReadKey> _newer = new(StringComparer.Ordinal);
    private Dictionary<string, ReadKey> _older = new(StringComparer.Ordinal);
    private int _newerKeys;

    /// <summary>A key that was read from exactly this header before; null: none is at hand.</summary>
    public ReadKey? Take(ReadOnlySpan<char> header)
    {
        lock (_lock)
        {
            if (Take(_newer, header) is { } newer)
            {
                _newerKeys--;
                return newer;
            }

            return Take(_older, header);
        }
    }

    /// <summary>Gives one back, or a new one whose proof held.</summary>
    public void Give(ReadKey key)
    {
        Dictionary<string, ReadKey>? over = null;
        lock (_lock)
        {
            if (TryPut(key))
            {
                _newerKeys++;
            }
            else
            {
                key.Key.Dispose();
            }

            // Security: whoever shows proofs of one key at once has several of it kept, so that headers alone would bound nothing.
            if (_newerKeys >= capacity / 2)
            {
                (over, _older, _newer, _newerKeys) = (_older, _newer, new(StringComparer.Ordinal), 0);
            }
        }

        if (over is not null)
        {
            GiveUp(over);
        }
    }

    private static void GiveUp(Dictionary<string, ReadKey> kept)
    {
        foreach (var first in kept.Values)
        {
            for (var each = first; each is not null; each = each.Next)
            {
                each.Key.Dispose();
            }
        }
    }

    private static ReadKey? Take(Dictionary<string, ReadKey> kept, ReadOnlySpan<char> header)
    {
        var found = kept.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!found.TryGetValue(header, out var first))
        {
            return null;
        }

        if (first.Next is { } next)
        {
            found[header] = next;
        }
        else
        {
            found.Remove(header);
        }

        first.Next = null;
        return first;
    }

    // Under the lock.
    private bool TryPut(ReadKey key)
    {
        var next = _newer.GetValueOrDefault(key.Header);
        var place = next is null ? 1 : next.Place + 1;
        if (place > MostOfOne || key.Header.Length > LongestHeader)
        {
            return false;
        }

        (key.Next, key.Place) = (next, place);
        _newer[key.Header] = key;
        return true;
    }

    /// <summary>A key, and the header that it was read from: the same header need not be read again.</summary>
    /// <param name="header">The header's segment of the proof.</param>
    /// <param name="thumbprint">RFC 7638 thumbprint of the key, SHA-256.</param>
    /// <param name="key">The key in it.</param>
    internal sealed class ReadKey(string header, byte[] thumbprint, ProofKey key)
    {
        public string Header { get; } = header;

        public byte[] Thumbprint { get; } = thumbprint;

        public ProofKey Key { get; } = key;

        /// <summary>Another one of the same header that nobody uses; of <see cref="ProofKeys"/>.</summary>
        public ReadKey? Next { get; set; }

        /// <summary>How many there are with it.</summary>
        public int Place { get; set; }
    }
}
