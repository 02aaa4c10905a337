using System.Data.Common;
using System.Text.Json;
using PhiGateway.Audit.Journal;

namespace PhiGateway.Audit.Shipping;

/// <summary>
/// Moves durable records from the journal to the store in order, at least once, and tells the journal what it may recycle.
/// </summary>
/// <remarks>
/// One instance per journal; <see cref="RunAsync"/> runs once. A store that is away costs nothing but room in the journal.
/// </remarks>
public sealed class AuditShipper(
    FileJournal journal,
    IAuditStore store,
    AuditEntryReader entries,
    ShipperOptions options,
    TimeProvider clock,
    IBatchFollower? follower = null
) : IDisposable
{
    private Batch _batch = new();

    // Read while the store takes the one before it.
    private Batch _next = new();
    private JournalReader? _reader;
    private ShipperState _state;
    private string? _lastError;
    private string? _lost;
    private DateTimeOffset? _lastSuccess;
    private int _failures;
    private int _lastCount;
    private bool _isDenied;
    private long _resumedAt;
    private long _lookedAt;
    private long _lookedFor = -1;
    private bool _hasGoneBack;

    /// <summary>Told, in words without PHI, when shipping ends for good: someone must be called.</summary>
    public event Action<string>? Stopped;

    /// <summary>How it is now.</summary>
    public ShipperStatus Status =>
        new(_state, journal.DurableSequence - journal.ShippedSequence, journal.UnshippedBytes, _lastError ?? _lost, _lastSuccess)
        {
            IsDenied = _isDenied,
        };

    /// <summary>Ships until cancelled, or until a fork or damage ends it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested && _state is not (ShipperState.Forked or ShipperState.Damaged))
            {
                var full = await StepAsync(cancellationToken);
                if (!full)
                {
                    await Task.Delay(Pause(), clock, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to end; what is left is shipped by the next run.
        }
    }

    /// <inheritdoc />
    public void Dispose() => _reader?.Dispose();

    /// <summary>One try: true when a full batch was shipped and more may wait.</summary>
    internal async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_reader is null && !await ResumeAsync(cancellationToken))
            {
                return false;
            }

            if (_batch.Entries.Count == 0)
            {
                Fill(_batch);
            }

            _lastCount = _batch.Entries.Count;
            if (_lastCount > 0)
            {
                await StoreAsync(cancellationToken);
            }

            var (full, broken) = (_batch.IsFull, _batch.IsBroken);
            _batch.Clear();
            (_batch, _next) = (_next, _batch);
            _state = ShipperState.Shipping;
            _failures = 0;
            _lastError = null;
            _isDenied = false;
            if (await HasGoneBackAsync(cancellationToken))
            {
                _hasGoneBack = true;
                Restart();
                return true;
            }

            if (broken)
            {
                Stop(ShipperState.Damaged, $"Record {journal.ShippedSequence + 1} of the journal cannot be read.");
            }

            return full;
        }
        catch (AuditForkException e)
        {
            Fork(
                $"Record {e.Sequence} of {e.Log} is another one in the store than here: this node was cloned or rolled back, or the store was changed."
            );
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The message of a database may quote values of the row, so only its type is told; that a right is missing, by its own name.
            _state = ShipperState.Retrying;
            var denied = e is DbException { SqlState: "42501" };
            _isDenied = denied && _lastSuccess is null;
            _lastError = denied
                ? "The audit store denies this node's login a right that shipping needs: "
                    + "run deploy/postgres/roles.sql and give the login the role phigw_audit_writer."
                : $"The audit store did not take the batch ({e.GetType().Name}); it is tried again.";
            _failures = Math.Min(_failures + 1, 30);

            // What the store has after a failure is its own to say: a failover may even have taken records back.
            Restart();
            return false;
        }
    }

    // Where the store is decides, not the cursor: it may have more than we were told, or have lost what it once had.
    private async Task<bool> ResumeAsync(CancellationToken cancellationToken)
    {
        var watermark = await store.GetWatermarkAsync(journal.Log, cancellationToken);
        if (watermark > journal.DurableSequence)
        {
            Fork(
                $"The store has records of {journal.Log} up to {watermark}, the journal only up to {journal.DurableSequence}: this node was rolled back."
            );
            return false;
        }

        // Behind a gap the store counts no further, though it has what it confirmed: nothing of that is taken back, nor sent again.
        var shipped = journal.ShippedSequence;
        var first = journal.FirstSequence;
        if (!_hasGoneBack && watermark + 1 < first && shipped + 1 >= first && await HasAsync(shipped, cancellationToken))
        {
            _lost ??= $"The store has lost records of {journal.Log} behind {watermark}, which are no longer in the journal.";
            Begin(watermark, shipped + 1, shipped);
            return true;
        }

        journal.TakeBack(watermark);
        if (watermark >= 0 && watermark >= journal.FirstSequence)
        {
            _ = await HasAsync(watermark, cancellationToken);
            journal.Acknowledge(watermark);
        }

        var from = Math.Max(watermark + 1, journal.FirstSequence);
        _lost =
            from > watermark + 1
                ? $"The store has lost records {watermark + 1} to {from - 1} of {journal.Log}, which are no longer in the journal."
                : null;
        Begin(watermark, from, -1);
        return true;
    }

    private void Begin(long watermark, long from, long confirmed)
    {
        (_resumedAt, _lookedAt, _lookedFor) = (watermark, clock.GetTimestamp(), confirmed);
        _hasGoneBack = false;
        _reader = journal.CreateReader(from);
    }

    // Whether the store has a record, and the same as here where it is still here.
    private async Task<bool> HasAsync(long sequence, CancellationToken cancellationToken)
    {
        if (sequence < journal.FirstSequence)
        {
            return await store.GetHashAsync(journal.Log, sequence, cancellationToken) is not null;
        }

        using var look = journal.CreateReader(sequence);
        ReadOnlyMemory<byte> sought = look.TryRead(out var mine) ? mine.ChainHash.ToArray() : default;
        var stored = await store.GetHashAsync(journal.Log, sequence, sought, cancellationToken);
        if (stored is not null && !sought.IsEmpty && !sought.Span.SequenceEqual(stored))
        {
            throw new AuditForkException(journal.Log, sequence);
        }

        return stored is not null;
    }

    // A standby that took over may lack what was confirmed, and nothing fails: a pooler, or an empty pool, just connects to it. What it lacks
    // must be sent again while the journal has it.
    private async Task<bool> HasGoneBackAsync(CancellationToken cancellationToken)
    {
        if (clock.GetElapsedTime(_lookedAt) < options.LookEvery)
        {
            return false;
        }

        _lookedAt = clock.GetTimestamp();
        var shipped = journal.ShippedSequence;
        var watermark = await store.GetWatermarkAsync(journal.Log, cancellationToken);
        if (_lost is null)
        {
            return watermark < shipped;
        }

        // Behind a gap the store counts no further: there its last record is looked for, and the last of the look before, behind which more
        // may have come where that was lost.
        var before = _lookedFor;
        _lookedFor = shipped;
        return watermark < _resumedAt || await LacksAsync(shipped, cancellationToken) || await LacksAsync(before, cancellationToken);
    }

    private async Task<bool> LacksAsync(long sequence, CancellationToken cancellationToken) =>
        sequence >= 0 && await store.GetHashAsync(journal.Log, sequence, cancellationToken) is null;

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        follower?.Follow(_batch.Entries);

        // While this batch is written, the next one is read, and beside it: the shipper's own thread is busy with the database. Where there was a
        // full batch, more is likely to be there.
        var read = _batch.IsFull ? Task.Run(() => Fill(_next), CancellationToken.None) : Task.CompletedTask;
        try
        {
            await store.AppendAsync(_batch.Entries, cancellationToken);
        }
        finally
        {
            await read;
        }

        journal.Acknowledge(_batch.Entries[^1].Sequence);
        _lastSuccess = clock.GetUtcNow();
    }

    private void Fill(Batch batch)
    {
        var bytes = 0;
        try
        {
            while (batch.Entries.Count < options.BatchRecords && bytes < options.BatchBytes)
            {
                if (!_reader!.TryRead(out var frame))
                {
                    return;
                }

                batch.Entries.Add(entries.Read(frame));
                bytes += frame.Body.Length;
            }

            batch.IsFull = true;
        }
        catch (Exception e) when (e is InvalidDataException or JsonException)
        {
            // What stands before the damage is still shipped.
            batch.IsBroken = true;
        }
    }

    private void Restart()
    {
        _batch.Clear();
        _next.Clear();
        _reader?.Dispose();
        _reader = null;
    }

    private TimeSpan Pause()
    {
        if (_failures == 0)
        {
            return _lastCount > options.ManyRecords ? options.LoadedInterval : options.Interval;
        }

        var backoff = Math.Min(
            options.FirstBackoff.TotalMilliseconds * Math.Pow(2, _failures - 1),
            options.LongestBackoff.TotalMilliseconds
        );

        // Half fixed, half random: a fleet must not come back as one.
        return TimeSpan.FromMilliseconds(backoff * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    // Whatever this node releases now may never be in the trail: it must not.
    private void Fork(string words)
    {
        journal.DistrustLog(words);
        Stop(ShipperState.Forked, words);
    }

    private void Stop(ShipperState state, string words)
    {
        _state = state;
        _lastError = words;
        Stopped?.Invoke(words);
    }

    /// <summary>Records that go to the store in one transaction.</summary>
    private sealed class Batch
    {
        public List<AuditEntry> Entries { get; } = [];

        /// <summary>It ended because it was large enough, not because nothing more was there.</summary>
        public bool IsFull { get; set; }

        /// <summary>What comes behind it cannot be read.</summary>
        public bool IsBroken { get; set; }

        public void Clear()
        {
            Entries.Clear();
            (IsFull, IsBroken) = (false, false);
        }
    }
}
