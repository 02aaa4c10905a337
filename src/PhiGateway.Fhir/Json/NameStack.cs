namespace PhiGateway.Fhir.Json;

/// <summary>Holds the member names of every JSON object that is open, innermost last, and finds a name given twice in one object.</summary>
/// <remarks>
/// Two readers of a duplicate name may take different values, so the policy could judge one and the client see the other.
/// </remarks>
internal sealed class NameStack
{
    // No FHIR object has as many members; the limit keeps hostile objects from costing the square of their size.
    private const int MaxMembers = 512;

    private ulong[] _keys = new ulong[128];
    private int[] _starts = new int[128];
    private int[] _lengths = new int[128];

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> KeysFrom(int frameStart) => _keys.AsSpan(frameStart, Count - frameStart);

    public ReadOnlySpan<int> StartsFrom(int frameStart) => _starts.AsSpan(frameStart, Count - frameStart);

    public ReadOnlySpan<int> LengthsFrom(int frameStart) => _lengths.AsSpan(frameStart, Count - frameStart);

    /// <summary>Notes a name of the innermost object; false when the object has it already or has too many.</summary>
    /// <param name="frameStart">Count when the object was opened.</param>
    /// <param name="bloom">The object's filter: a bit that is not set proves that the name is new.</param>
    /// <param name="key">Its fingerprint.</param>
    /// <param name="start">Where the name's first byte stands in <paramref name="data"/>.</param>
    /// <param name="name">The name.</param>
    /// <param name="data">The bytes being read.</param>
    public bool TryAdd(int frameStart, ref ulong bloom, ulong key, int start, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        var bit = 1UL << (int)(key & 63);
        if ((bloom & bit) != 0 && Holds(frameStart, key, name, data))
        {
            return false;
        }

        bloom |= bit;
        var place = Count;
        if (place == _keys.Length)
        {
            Grow();
        }

        _keys[place] = key;
        _starts[place] = start;
        _lengths[place] = name.Length;
        Count = place + 1;
        return place - frameStart < MaxMembers;
    }

    /// <summary>Forgets the names of the object that was opened at this count.</summary>
    public void PopTo(int frameStart) => Count = frameStart;

    /// <summary>Whether the innermost object has a member of this name.</summary>
    public bool Holds(int frameStart, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data) => Holds(frameStart, NameKey.Of(name), name, data);

    private bool Holds(int frameStart, ulong key, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        var from = frameStart;
        while (from < Count)
        {
            var hit = _keys.AsSpan(from, Count - from).IndexOf(key);
            if (hit < 0)
            {
                return false;
            }

            from += hit;
            if (data.Slice(_starts[from], _lengths[from]).SequenceEqual(name))
            {
                return true;
            }

            from++;
        }

        return false;
    }

    private void Grow()
    {
        Array.Resize(ref _keys, _keys.Length * 2);
        Array.Resize(ref _starts, _starts.Length * 2);
        Array.Resize(ref _lengths, _lengths.Length * 2);
    }
}
