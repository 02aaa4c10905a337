namespace PhiGateway.Audit.Journal;

/// <summary>Holds the status and counters of a running journal, each written by one thread and read by all.</summary>
internal sealed class JournalState(string log, bool isFollowed = false)
{
    private int _status = (int)JournalStatus.Closed;
    private long _durable = -1;
    private long _shipped = -1;
    private long _takenIn = isFollowed ? -1 : long.MaxValue;
    private long _dropped;
    private long _refused;
    private bool _stopping;
    private string? _distrust;

    public string Log => log;

    public JournalStatus Status
    {
        get => (JournalStatus)Volatile.Read(ref _status);
        set
        {
            // Dead is for good: no later evaluation of the space may open it again. A log that is not trusted stays so, full or not.
            if (Status != JournalStatus.Dead)
            {
                var isUsable = value is JournalStatus.Open or JournalStatus.NearlyFull or JournalStatus.Full;
                Volatile.Write(ref _status, (int)(isUsable && Distrust is not null ? JournalStatus.Forked : value));
            }
        }
    }

    /// <summary>Last record that is on the disk; written by the writer.</summary>
    public long Durable
    {
        get => Volatile.Read(ref _durable);
        set => Volatile.Write(ref _durable, value);
    }

    /// <summary>Last record up to which the store has everything; written by the shipper.</summary>
    public long Shipped
    {
        get => Volatile.Read(ref _shipped);
        set => Volatile.Write(ref _shipped, value);
    }

    /// <summary>Last record that the transparency log has; the largest number when there is no such log.</summary>
    public long TakenIn
    {
        get => Volatile.Read(ref _takenIn);
        set => Volatile.Write(ref _takenIn, value);
    }

    /// <summary>Records nobody waited for that found no room.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Records refused with an exception.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Why the log is not to be trusted, in words; null while it is.</summary>
    public string? Distrust
    {
        get => Volatile.Read(ref _distrust);
        set => Volatile.Write(ref _distrust, value);
    }

    /// <summary>What killed the journal.</summary>
    public Exception? Cause { get; private set; }

    public ref bool Stopping => ref _stopping;

    public void CountDropped(int records) => Interlocked.Add(ref _dropped, records);

    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void Die(Exception cause)
    {
        Cause ??= cause;
        Status = JournalStatus.Dead;
    }
}
