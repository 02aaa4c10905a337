namespace PhiGateway.Watch.Baselines;

/// <summary>
/// A set of 32-bit hashes in five to nine bytes each, where one of the framework's takes thirty; used where each client has several. Not
/// thread-safe.
/// </summary>
/// <remarks>Open addressing with linear probing, up to seven eighths full. For hashes that nobody outside can choose.</remarks>
internal sealed class HashedSet
{
    private const int Least = 8;
    private const int Kept = 64;

    // Empty places hold zero; whether zero itself is in it is said apart.
    private uint[] _slots = [];
    private bool _hasZero;
    private int _filled;

    public int Count => _filled + (_hasZero ? 1 : 0);

    /// <summary>In no order.</summary>
    public IEnumerable<uint> All
    {
        get
        {
            if (_hasZero)
            {
                yield return 0;
            }

            foreach (var hash in _slots)
            {
                if (hash != 0)
                {
                    yield return hash;
                }
            }
        }
    }

    public bool Contains(uint hash) => hash == 0 ? _hasZero : _slots.Length > 0 && _slots[PlaceOf(hash)] == hash;

    /// <summary>Whether it was not in it.</summary>
    public bool Add(uint hash)
    {
        if (hash == 0)
        {
            var isNew = !_hasZero;
            _hasZero = true;
            return isNew;
        }

        if (_slots.Length > 0 && _slots[PlaceOf(hash)] == hash)
        {
            return false;
        }

        if ((_filled + 1) * 8L > _slots.Length * 7L)
        {
            Grow();
        }

        _slots[PlaceOf(hash)] = hash;
        _filled++;
        return true;
    }

    /// <summary>Empties it; what was large is given back.</summary>
    public void Clear()
    {
        if (_slots.Length > Kept)
        {
            _slots = [];
        }
        else
        {
            Array.Clear(_slots);
        }

        (_hasZero, _filled) = (false, 0);
    }

    // Where it stands, or the empty place where it would.
    private int PlaceOf(uint hash)
    {
        var mask = _slots.Length - 1;
        var place = (int)(Spread(hash) & (uint)mask);
        while (_slots[place] != 0 && _slots[place] != hash)
        {
            place = (place + 1) & mask;
        }

        return place;
    }

    private void Grow()
    {
        var before = _slots;
        _slots = new uint[Math.Max(Least, before.Length * 2)];
        foreach (var hash in before)
        {
            if (hash != 0)
            {
                _slots[PlaceOf(hash)] = hash;
            }
        }
    }

    // The upper bits count too.
    private static uint Spread(uint hash) => unchecked((hash * 0x9E3779B1) ^ ((hash * 0x9E3779B1) >> 15));
}
