using PhiGateway.Audit.Shipping;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;

namespace PhiGateway.Sinks.Feeding;

/// <summary>
/// Sends the stored trail of this node on to one receiver: in order, at least once, from a durable cursor, again after a failure. It reads
/// what is stored and stands in nobody's way: a receiver that is away costs nothing but its lag.
/// </summary>
/// <remarks>One instance per sink; <see cref="RunAsync"/> runs once.</remarks>
internal sealed class SinkFeed(
    SinkOptions options,
    ISink sink,
    SinkTrail trail,
    SinkEventReader reader,
    string cursorPath,
    TimeProvider clock
)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);

    // How long records that the store lacks and the journal has are waited for: the shipper sees within seconds that they are gone.
    private static readonly TimeSpan LongestHole = TimeSpan.FromMinutes(1);

    // What was sent and may have to be sent again, oldest first.
    private readonly Queue<Sent> _pending = new();
    private readonly Dictionary<string, long> _next = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _ends = new(StringComparer.Ordinal);
    private readonly HashSet<string>? _kinds = options.Kinds.Count == 0 ? null : new HashSet<string>(options.Kinds, StringComparer.Ordinal);
    private SinkCursor? _cursor;
    private DateTimeOffset? _oldest;
    private long? _savedAt;
    private bool _isUnsaved;
    private long _sent;
    private long _failures;
    private long _gaps;
    private int _inARow;
    private TimeSpan? _asked;
    private string? _lastError;
    private (long From, long Since, long Last)? _hole;

    // Up to here every hole has had its time.
    private long _waited = -1;
    private (string Log, long From, int Count)? _tried;

    // When by the steady clock: a wall clock that jumps confirms nothing.
    private readonly record struct Sent(string Log, long Next, long At, DateTimeOffset Oldest);

    /// <summary>How it stands.</summary>
    public SinkStatus Status
    {
        get
        {
            var lag = Lag();
            return new SinkStatus(
                options.Name,
                Interlocked.Read(ref _sent),
                lag,
                lag > 0 && _oldest is { } oldest ? Later(clock.GetUtcNow() - oldest) : TimeSpan.Zero,
                Interlocked.Read(ref _failures),
                Interlocked.Read(ref _gaps),
                _lastError
            )
            {
                Rejected = sink.Rejected,
            };
        }
    }

    /// <summary>Sends until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                if (!await StepAsync(stopping))
                {
                    await Task.Delay(Pause(), clock, stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // As asked.
        }
        finally
        {
            await sink.DisposeAsync();
            if (_isUnsaved)
            {
                _cursor?.Save();
            }
        }
    }

    /// <summary>One try: true when there may be more to send at once.</summary>
    internal async Task<bool> StepAsync(CancellationToken stopping)
    {
        try
        {
            if (_cursor is null)
            {
                await OpenAsync(stopping);
            }

            sink.Check();
            var more = await SendAsync(stopping);
            Confirm();
            _inARow = 0;
            _asked = null;
            _lastError = null;
            return more;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever it was, the records stand in the store and are sent when it has passed.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // A database's message may quote a row; the sinks' own are made for reading.
            _lastError =
                fault is SinkException ? fault.Message : $"The trail could not be read or the cursor not written ({fault.GetType().Name}).";
            _asked = (fault as SinkException)?.RetryAfter;
            _inARow = Math.Min(_inARow + 1, 30);
            Interlocked.Increment(ref _failures);
            await RewindAsync();
            return false;
        }
    }

    private async Task OpenAsync(CancellationToken stopping)
    {
        var cursor = SinkCursor.Open(cursorPath);
        var logs = await trail.Store.ListLogsAsync(trail.Node, stopping);
        foreach (var log in logs.Where(log => log != trail.Log))
        {
            // An older generation: it grows no more.
            _ends[log] = await trail.Store.GetWatermarkAsync(log, stopping);
        }

        if (cursor.IsNew && options.Start == "Now")
        {
            foreach (var (log, end) in _ends)
            {
                cursor.Next[log] = end + 1;
            }

            cursor.Next[trail.Log] = trail.Durable() + 1;
        }

        // Security: a place that the log has not reached was made by a row that this node never wrote. What was passed over since then nobody
        // knows: everything is sent again.
        if (cursor.Next.GetValueOrDefault(trail.Log) > trail.Durable() + 1)
        {
            cursor.Next[trail.Log] = 0;
        }

        cursor.Save();
        _cursor = cursor;
        Restart();
    }

    private async Task<bool> SendAsync(CancellationToken stopping)
    {
        var log = Pick();
        if (log is null)
        {
            return false;
        }

        // Security: whoever ships may have put rows behind the log's end: what this node did not store is nothing to send on, and moves no place.
        var from = _next.GetValueOrDefault(log);
        var last = _ends.TryGetValue(log, out var end) ? end : trail.Shipped();
        var stored = await trail.Store.ReadAsync(log, from, options.BatchRecords, stopping);
        var entries = SinkTrail.Whole(stored, from, last);
        if (entries.Count == 0)
        {
            return PassOver(log, from, stored is [var first, ..] && first.Sequence <= last ? first.Sequence : last + 1);
        }

        // A receiver knows a batch by its first and last: one that was not taken comes again as it was, whatever has come since.
        if (_tried is { } tried && tried.Log == log && tried.From == from)
        {
            entries = entries[..Math.Min(tried.Count, entries.Count)];
        }

        _hole = null;
        _tried = (log, from, entries.Count);
        var events = new List<SinkEvent>(entries.Count);
        foreach (var entry in entries)
        {
            var read = reader.Read(entry);
            if ((_kinds is null || _kinds.Contains(EventMeaning.KindOf(read))) && IsAsked(read.Event))
            {
                events.Add(read);
            }
        }

        _oldest ??= entries[0].Time;
        if (events.Count > 0)
        {
            await sink.SendAsync(events, stopping);
            Interlocked.Add(ref _sent, events.Count);
        }

        Moved(log, entries[^1].NextPlace, entries[0].Time);
        return entries.Count == options.BatchRecords || entries.Count < stored.Count || AuditPageBytes.IsCut(stored);
    }

    // Of an old log whose records are gone, nothing more will come. Of the log that is written, what a failover took from the store is sent to it
    // again while the journal has it, and is waited for; and where nothing stands behind it, it may only be late.
    private bool PassOver(string log, long from, long next)
    {
        if (log == trail.Log)
        {
            var kept = trail.First is { } first ? first() : long.MaxValue;
            if (next > trail.Shipped() || (from >= kept && IsToWait(from)))
            {
                return false;
            }

            next = from < kept ? Math.Min(next, kept) : next;
        }

        _hole = null;
        Interlocked.Add(ref _gaps, next - from);
        Moved(log, next, clock.GetUtcNow());
        return true;
    }

    // What stays away leaves many holes where a month was deleted but for some of its records: all that are there are waited for at once.
    private bool IsToWait(long from)
    {
        if (from <= _waited)
        {
            return false;
        }

        if (_hole is not { } hole || hole.From != from)
        {
            _hole = hole = (from, clock.GetTimestamp(), trail.Shipped());
        }

        if (clock.GetElapsedTime(hole.Since) < LongestHole)
        {
            return true;
        }

        _waited = hole.Last;
        return false;
    }

    private bool IsAsked(string name)
    {
        foreach (var asked in options.Events)
        {
            if (asked.EndsWith(".*", StringComparison.Ordinal) ? name.StartsWith(asked[..^1], StringComparison.Ordinal) : name == asked)
            {
                return true;
            }
        }

        return options.Events.Count == 0;
    }

    // Older generations first: their records are older.
    private string? Pick()
    {
        foreach (var (log, end) in _ends)
        {
            if (_next.GetValueOrDefault(log) <= end)
            {
                return log;
            }
        }

        return _next.GetValueOrDefault(trail.Log) <= trail.Shipped() ? trail.Log : null;
    }

    private void Moved(string log, long next, DateTimeOffset oldest)
    {
        _next[log] = next;
        _pending.Enqueue(new Sent(log, next, clock.GetTimestamp(), oldest));
    }

    private void Confirm()
    {
        while (_pending.TryPeek(out var sent) && (sink.Acknowledges || clock.GetElapsedTime(sent.At) >= options.Resend))
        {
            _ = _pending.Dequeue();
            lock (_ends)
            {
                _cursor!.Next[sent.Log] = sent.Next;
            }

            _isUnsaved = true;
        }

        _oldest = _pending.TryPeek(out var first) ? first.Oldest : null;

        // What it costs to write it more seldom is that more is sent again after a crash.
        if (_isUnsaved && (_savedAt is not { } saved || clock.GetElapsedTime(saved) >= Interval))
        {
            _cursor!.Save();
            _savedAt = clock.GetTimestamp();
            _isUnsaved = false;
        }
    }

    private async Task RewindAsync()
    {
        try
        {
            await sink.BreakAsync();
        }
#pragma warning disable CA1031 // A receiver that cannot even be left is left all the same: the next try begins anew.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _lastError ??= $"The receiver could not be left ({fault.GetType().Name}).";
        }

        if (_cursor is not null)
        {
            Restart();
        }
    }

    private void Restart()
    {
        _pending.Clear();
        _next.Clear();
        foreach (var (log, next) in _cursor!.Next)
        {
            _next[log] = next;
        }
    }

    private long Lag()
    {
        if (_cursor is null)
        {
            return trail.Durable() + 1;
        }

        lock (_ends)
        {
            var lag = Math.Max(0, trail.Durable() + 1 - _cursor.Next.GetValueOrDefault(trail.Log));
            foreach (var (log, end) in _ends)
            {
                lag += Math.Max(0, end + 1 - _cursor.Next.GetValueOrDefault(log));
            }

            return lag;
        }
    }

    private static TimeSpan Later(TimeSpan age) => age > TimeSpan.Zero ? age : TimeSpan.Zero;

    private TimeSpan Pause()
    {
        if (_inARow == 0)
        {
            return Interval;
        }

        // Who asks for a pause gets one; "none" is no leave to be asked as fast as the network carries it.
        if (_asked is { } asked && asked > FirstBackoff)
        {
            return asked < LongestBackoff ? asked : LongestBackoff;
        }

        var backoff = Math.Min(FirstBackoff.TotalMilliseconds * Math.Pow(2, _inARow - 1), LongestBackoff.TotalMilliseconds);

        // Half fixed, half random: a fleet must not come back as one.
        return TimeSpan.FromMilliseconds(backoff * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}
