namespace PhiGateway.Watch.Baselines;

/// <summary>The ids of the last dozen records of one sort: the evidence of a finding.</summary>
internal sealed class RecordRing
{
    private const int Size = 12;

    // As long as it has to be: of most sorts most clients have one or two.
    private Guid[] _ids = [];
    private int _count;

    public void Add(Guid id)
    {
        if (_count == _ids.Length && _count < Size)
        {
            Array.Resize(ref _ids, Math.Clamp(_count * 2, 2, Size));
        }

        _ids[_count % Size] = id;
        _count = _count == int.MaxValue ? Size : _count + 1;
    }

    /// <summary>Forgets them.</summary>
    public void Clear() => _count = 0;

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<Guid> List(int most = Size)
    {
        var count = Math.Min(Math.Min(_count, Size), most);
        var ids = new Guid[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = _ids[(_count - count + i) % Size];
        }

        return ids;
    }
}
