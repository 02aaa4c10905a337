namespace PhiGateway.Audit.Journal.Segments;

/// <summary>Holds the segments that exist, oldest first, and lends them to readers; shared by writer, keeper and readers.</summary>
internal sealed class SegmentTable(long segmentBytes)
{
    private readonly Lock _lock = new();
    private readonly List<Segment> _segments = [];

    public Segment Current
    {
        get
        {
            lock (_lock)
            {
                return _segments[^1];
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _segments.Count;
            }
        }
    }

    public long FirstSequence
    {
        get
        {
            lock (_lock)
            {
                return _segments[0].FirstSequence;
            }
        }
    }

    /// <summary>Bytes that records hold: closed segments count whole.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_lock)
            {
                return _segments.Count == 0 ? 0 : ((_segments.Count - 1) * segmentBytes) + _segments[^1].End;
            }
        }
    }

    public void Add(Segment segment)
    {
        lock (_lock)
        {
            _segments.Add(segment);
        }
    }

    /// <summary>Holds the segment with this record open for a reader; null when it is not (or no longer) here.</summary>
    public Segment? Lease(long sequence)
    {
        lock (_lock)
        {
            for (var i = _segments.Count - 1; i >= 0; i--)
            {
                var segment = _segments[i];
                if (segment.FirstSequence <= sequence)
                {
                    if (sequence > segment.LastSequence && i < _segments.Count - 1)
                    {
                        return null;
                    }

                    segment.Leases++;
                    return segment;
                }
            }

            return null;
        }
    }

    public void Release(Segment segment)
    {
        lock (_lock)
        {
            segment.Leases--;
        }
    }

    /// <summary>The oldest segment when all of it is shipped and nobody reads it; null otherwise.</summary>
    /// <remarks>The segment before the current one always stays, so that what is queued while one is recycled never lands in it.</remarks>
    public Segment? FindShipped(long shipped)
    {
        lock (_lock)
        {
            return _segments.Count <= 2 || _segments[0].LastSequence > shipped || _segments[0].Leases > 0 ? null : _segments[0];
        }
    }

    /// <summary>Takes that segment out.</summary>
    public Segment? TakeShipped(long shipped)
    {
        lock (_lock)
        {
            var oldest = FindShipped(shipped);
            if (oldest is not null)
            {
                _segments.RemoveAt(0);
            }

            return oldest;
        }
    }

    /// <summary>Puts it back, first of all.</summary>
    public void PutBack(Segment oldest)
    {
        lock (_lock)
        {
            _segments.Insert(0, oldest);
        }
    }

    /// <summary>About how many bytes stand behind a sequence.</summary>
    public long BytesAfter(long sequence)
    {
        lock (_lock)
        {
            long bytes = 0;
            foreach (var segment in _segments)
            {
                if (segment.LastSequence <= sequence)
                {
                    continue;
                }

                var records = segment.LastSequence - segment.FirstSequence + 1;
                var behind = segment.LastSequence - Math.Max(sequence, segment.FirstSequence - 1);
                bytes += (segment.End - SegmentHeader.Bytes) / records * behind;
            }

            return bytes;
        }
    }
}
