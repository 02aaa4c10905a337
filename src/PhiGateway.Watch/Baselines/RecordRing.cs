namespace PhiGateway.Watch.Baselines;

/// <summary>The ids of the last dozen records of one sort: the evidence of a finding.</summary>
internal sealed class RecordRing
{
    private const int Size = 12;

    private readonly Guid[] _ids = new Guid[Size];
    private int _count;

    public void Add(Guid id)
    {
        _ids[_count % Size] = id;
        _count = _count == int.MaxValue ? Size : _count + 1;
    }

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
