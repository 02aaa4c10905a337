namespace PhiGateway.Watch.Baselines;

/// <summary>How many memberships one person or feed adds a day, now and most within two months; bounded by one number per day.</summary>
internal sealed class ActorBaseline
{
    private const int MostDays = 56;

    private readonly Queue<(int Day, int Added)> _days = new();
    private int _day;

    public int Today { get; private set; }

    public RecordRing Records { get; } = new();

    /// <summary>Most on one of the days before today.</summary>
    public int Peak { get; private set; }

    public int Days => _days.Count;

    /// <summary>Every day that is remembered, today among them.</summary>
    public IEnumerable<(int Day, int Added)> All => Today > 0 ? _days.Append((_day, Today)) : _days;

    /// <summary>Takes back what was kept, in order.</summary>
    public void Restore(IEnumerable<(int Day, int Added)> days)
    {
        foreach (var one in days)
        {
            _days.Enqueue(one);
        }

        // The last of them may be today, which goes on.
        if (_days.Count > 0)
        {
            var last = _days.Last();
            var before = _days.Take(_days.Count - 1).ToList();
            _days.Clear();
            before.ForEach(_days.Enqueue);
            (_day, Today) = last;
            Peak = before.Count == 0 ? 0 : before.Max(static one => one.Added);
        }
    }

    /// <summary>Counts memberships added.</summary>
    public void Add(Guid record, DateTimeOffset at, int added)
    {
        var day = ClientBaseline.DayOf(at);
        if (day > _day)
        {
            if (Today > 0)
            {
                _days.Enqueue((_day, Today));
            }

            while (_days.TryPeek(out var oldest) && day - oldest.Day > MostDays)
            {
                _days.Dequeue();
            }

            Peak = _days.Count == 0 ? 0 : _days.Max(static one => one.Added);
            (_day, Today) = (day, 0);
        }

        Today += Math.Min(added, int.MaxValue - Today);
        Records.Add(record);
    }
}
