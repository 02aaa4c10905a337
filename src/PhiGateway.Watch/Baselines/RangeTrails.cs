using PhiGateway.Watch.Feed;

namespace PhiGateway.Watch.Baselines;

/// <summary>
/// Follows the ranges that a client searches for, by search: how often each was inside what the one before had left, which is how a hidden
/// value is found by halves. Bounded; not kept over restarts.
/// </summary>
internal sealed class RangeTrails
{
    private const int MostShapes = 8;

    // Beyond that the two ends are other questions.
    private static readonly TimeSpan Apart = TimeSpan.FromHours(1);

    private readonly Dictionary<ulong, Trail> _trails = [];

    /// <summary>How often in a row the last search narrowed what was asked before, from both sides; 0: it did not.</summary>
    public int Steps { get; private set; }

    /// <summary>How many times smaller what is left is than what it began with.</summary>
    public double Factor { get; private set; }

    /// <summary>The records of it.</summary>
    public IReadOnlyList<Guid> Records { get; private set; } = [];

    /// <summary>Notes a search.</summary>
    public void Note(WatchEvent seen)
    {
        (Steps, Factor) = (0, 1);
        foreach (var range in seen.Ranges)
        {
            var trail = TrailOf(range, seen.Time);
            trail.Note(range, seen);
            if (trail.Narrowed && trail.Steps >= Steps)
            {
                (Steps, Factor, Records) = (trail.Steps, trail.Factor, trail.Records.List());
            }
        }
    }

    private Trail TrailOf(in SearchRange range, DateTimeOffset at)
    {
        if (_trails.TryGetValue(range.Shape, out var trail) && at - trail.At <= Apart)
        {
            return trail;
        }

        if (trail is null && _trails.Count >= MostShapes)
        {
            _trails.Remove(LeastTelling(at));
        }

        return _trails[range.Shape] = new Trail();
    }

    // Security: one that narrows stays before those that do not, or whoever asks for other things in between would never be followed.
    private ulong LeastTelling(DateTimeOffset at)
    {
        var least = (IsFresh: true, Depth: int.MaxValue, At: DateTimeOffset.MaxValue);
        var shape = 0ul;
        foreach (var (one, trail) in _trails)
        {
            var telling = (IsFresh: at - trail.At <= Apart, trail.Depth, trail.At);
            if (telling.CompareTo(least) < 0)
            {
                (least, shape) = (telling, one);
            }
        }

        return shape;
    }

    private sealed class Trail
    {
        private double _low = double.NaN;
        private double _high = double.NaN;
        private double _last = double.NaN;
        private double _first;
        private int _steps;
        private int _fromBelow;
        private int _fromAbove;

        public DateTimeOffset At { get; private set; }

        public bool Narrowed { get; private set; }

        // Who only moves one end follows time, as those do who ask for what is new.
        public int Steps => Math.Min(_fromBelow, _fromAbove) < 2 ? 0 : _steps;

        // The same, from whichever side.
        public int Depth => _steps;

        public double Factor => _high > _low ? _first / (_high - _low) : 1;

        public RecordRing Records { get; } = new();

        public void Note(in SearchRange range, WatchEvent seen)
        {
            At = seen.Time;
            Narrowed = range.IsWindow ? NarrowsTo(range.Low, range.High) : NarrowsBy(range.Probe);
            if (!Narrowed)
            {
                Records.Clear();
            }

            Records.Add(seen.Id);
        }

        private bool NarrowsTo(double low, double high)
        {
            if (low >= _low && high <= _high && high - low <= 0.75 * (_high - _low))
            {
                (_fromBelow, _fromAbove) = (_fromBelow + (low > _low ? 1 : 0), _fromAbove + (high < _high ? 1 : 0));
                (_low, _high, _steps) = (low, high, _steps + 1);
                return true;
            }

            Begin(low, high);
            return false;
        }

        // Whether the last one was the lower or the upper end of what is left shows by the next one.
        private bool NarrowsBy(double probe)
        {
            if (double.IsNaN(_low))
            {
                if (!double.IsNaN(_last) && probe != _last)
                {
                    Begin(Math.Min(probe, _last), Math.Max(probe, _last));
                }

                _last = probe;
                return false;
            }

            if (!(probe > _low && probe < _high))
            {
                // The first one beyond an end: from there on it is what is left.
                Begin(Math.Min(probe, _last), Math.Max(probe, _last));
                _last = probe;
                return false;
            }

            if (_last > _low && _last < _high)
            {
                // Between the last one and the end on this side.
                _steps++;
                (_low, _fromBelow) = probe > _last ? (_last, _fromBelow + 1) : (_low, _fromBelow);
                (_high, _fromAbove) = probe < _last ? (_last, _fromAbove + 1) : (_high, _fromAbove);
            }

            _last = probe;
            return true;
        }

        private void Begin(double low, double high)
        {
            (_low, _high, _first) = (low, high, high - low);
            (_steps, _fromBelow, _fromAbove) = (0, 0, 0);
        }
    }
}
