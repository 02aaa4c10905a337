using System.Globalization;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// The journal of one node: takes audit records, writes them to append-only segment files with a hash chain and returns each one's place
/// once it is durable (group commit). Called by both planes through <see cref="IAuditJournal"/>. Thread-safe; one process per directory.
/// </summary>
/// <remarks>
/// A record is durable, chained and in order when its append completes; a failed flush ends the journal for good
/// (<see cref="JournalStatus.Dead"/>), a full
/// disk only until there is room again. Damage of acknowledged records is never repaired: opening is refused.
/// </remarks>
public sealed class FileJournal : IAuditJournal, IEnforcedRevision, IAsyncDisposable
{
    private readonly JournalOptions _options;
    private readonly JournalState _state;
    private readonly PendingQueue _queue;
    private readonly PendingPool _pool = new();
    private readonly SegmentTable _table;
    private readonly JournalSpace _space;
    private readonly JournalWriter _writer;
    private readonly JournalKeeper _keeper;
    private readonly JournalCheckpoint _checkpoint;
    private readonly JournalMetrics _metrics;
    private readonly JournalLock _lock;
    private readonly JournalAnnouncer _announcer;
    private readonly UnfinishedActs _unfinished = new();
    private readonly int _largestBody;
    private bool _closing;

    internal FileJournal(
        JournalOptions options,
        TimeProvider clock,
        IJournalFiles files,
        JournalLock @lock,
        JournalCheckpoint checkpoint,
        RecoveredJournal found,
        string log
    )
    {
        _options = options;
        _lock = @lock;
        _checkpoint = checkpoint;
        _state = new JournalState(log, options.IsFollowedByLog) { Shipped = found.Shipped };
        _queue = new PendingQueue();
        _table = new SegmentTable(options.SegmentBytes);
        foreach (var segment in found.Segments)
        {
            _table.Add(segment);
        }

        var supply = new SegmentSupply(options, log, files, _table);
        supply.Clear();
        var tail = found.End ?? new JournalTail(-1, JournalChain.Genesis(log), []);
        var file =
            found.Segments.Count > 0
                ? files.OpenForAppend(_table.Current.Path)
                : supply.Start(0, tail.ChainHash)
                    ?? throw new JournalOpenException(
                        $"The disk of {options.Directory} has no room for one journal segment of {options.SegmentBytes} bytes."
                    );
        _state.Durable = tail.LastSequence;
        if (checkpoint.IsForked)
        {
            _state.Distrust =
                "The store was seen to hold another history of this log: this node was cloned or rolled back, or the store was.";
        }

        _space = new JournalSpace(options, _table, _state);
        _metrics = new JournalMetrics(_state, _queue);
        _largestBody = (int)Math.Min(FrameFormat.MaxBodyBytes, options.SegmentBytes - SegmentHeader.Bytes - FrameFormat.HeaderBytes - 8);
        _writer = new JournalWriter(
            options,
            _state,
            _queue,
            _table,
            supply,
            _space,
            checkpoint,
            _metrics,
            file,
            tail,
            () => _keeper!.Wake()
        );
        _announcer = new JournalAnnouncer(this, _state, clock);
        _keeper = new JournalKeeper(options, _state, files, supply, _table, _space, checkpoint, CarryForward, _announcer.Round);
        _space.Measure(files.FreeBytes(options.Directory), supply.AllocatedFiles);
        _space.Evaluate();
    }

    /// <inheritdoc />
    public JournalStatus Status => Volatile.Read(ref _closing) ? JournalStatus.Closed : _state.Status;

    /// <summary>Full name of the log, with its generation.</summary>
    public string Log => _state.Log;

    /// <summary>Last record on the disk; -1 when there is none.</summary>
    public long DurableSequence => _state.Durable;

    /// <summary>Last record up to which the store has everything; -1 when nothing was shipped.</summary>
    public long ShippedSequence => _state.Shipped;

    /// <summary>Told when the store has less than it had confirmed: it is a backup, or a standby that lagged. Never waits.</summary>
    public event Action? StoreWentBack;

    /// <summary>Oldest record still here.</summary>
    public long FirstSequence => _table.FirstSequence;

    /// <summary>Used share of the room, 0 to 1; the marks of <see cref="JournalOptions"/> apply to it.</summary>
    public double UsedShare => _space.UsedShare;

    /// <summary>About how many bytes the store does not have yet.</summary>
    public long UnshippedBytes => _table.BytesAfter(_state.Shipped);

    /// <summary>Delivery records dropped since the start.</summary>
    public long Dropped => _state.Dropped;

    /// <summary>Appends refused since the start.</summary>
    public long Refused => _state.Refused;

    /// <summary>What is wrong, in words without PHI; null when nothing is.</summary>
    public string? Problem =>
        _state.Cause is { } cause
            ? $"A flush of the journal failed: {cause.GetType().Name}. Restart the node; its files are verified at start."
            : _state.Distrust ?? _keeper.Problem;

    /// <inheritdoc />
    public long EnforcedRevision => _checkpoint.Enforced;

    /// <summary>Whether a directory holds a journal.</summary>
    public static bool ExistsIn(string directory) => File.Exists(Path.Combine(directory, JournalCheckpoint.FileName));

    /// <summary>Opens or creates the journal of a directory, recovers it and records the start.</summary>
    /// <exception cref="JournalOpenException">Wrong options, not writable, in use, or damaged: in words for the operator.</exception>
    public static Task<FileJournal> OpenAsync(JournalOptions options, TimeProvider clock) =>
        JournalOpener.OpenAsync(options, clock, new JournalFiles());

    /// <inheritdoc />
    public ValueTask<AuditPosition> AppendAsync(AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return AppendAsync(record, AuditLanes.Of(record.Kind));
    }

    /// <inheritdoc />
    public ValueTask<AuditPosition> AppendAsync(AuditRecord record, AuditLane lane)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!Takes(lane))
        {
            return Refuse();
        }

        return record.Kind switch
        {
            AuditKind.Intent => BeginAsync(record, lane == AuditLane.Reserved),
            AuditKind.Outcome => EndAsync(record),
            _ => Enqueue(record, lane == AuditLane.Reserved),
        };
    }

    /// <inheritdoc />
    public bool TryAppend(AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        LetGo(record.Kind == AuditKind.Delivery ? record.ParentId : Guid.Empty);
        var lane = AuditLanes.Of(record.Kind);
        if (!Takes(lane) || _queue.Unawaited >= _options.MaxUnawaited)
        {
            _state.CountDropped(record.Sequences is null ? 1 : 0); // Who writes for many keeps them, and tries again.
            return false;
        }

        var pending = Encode(record, awaited: false, lane == AuditLane.Reserved);
        _queue.Add(pending);
        _writer.EnsureAnswered();
        return true;
    }

    /// <inheritdoc />
    public void HoldOpen(AuditRecord disclosure, long sequence)
    {
        ArgumentNullException.ThrowIfNull(disclosure);
        _unfinished.Put(UnfinishedActs.OfAnswer(disclosure, sequence));
    }

    /// <inheritdoc />
    public void LetGo(Guid id)
    {
        if (id != Guid.Empty)
        {
            _unfinished.LetGo(id);
        }
    }

    /// <inheritdoc />
    public void NoteEnforced(long revision)
    {
        if (revision > _checkpoint.Enforced)
        {
            JournalCheckpoint.Keep(() => _checkpoint.WriteEnforced(revision));
        }
    }

    /// <inheritdoc />
    public async Task AcceptOlderAsync(long revision)
    {
        var before = _checkpoint.Enforced;
        JournalCheckpoint.Keep(() => _checkpoint.WriteEnforced(revision));
        try
        {
            await _announcer.SayAsync(
                RecordHead.OlderAcceptedEvent,
                string.Create(CultureInfo.InvariantCulture, $"Revision {revision} is accepted; {before} had been enforced."),
                revision
            );
        }
        catch
        {
            JournalCheckpoint.Keep(() => _checkpoint.WriteEnforced(before));
            throw;
        }
    }

    /// <summary>
    /// Nothing is released from now on, nor after a restart, until an operator has looked: the store holds another history of this log.
    /// </summary>
    /// <param name="why">In words without PHI.</param>
    public void DistrustLog(string why)
    {
        if (_state.Distrust is not null)
        {
            return;
        }

        _state.Distrust = why;
        _space.Evaluate();
        JournalCheckpoint.Keep(() => _checkpoint.WriteForked(true));
        _announcer.SayWhenPossible("journal.forked", why);
    }

    /// <summary>A reader of durable records, from one on; dispose it, for it keeps its segment from being recycled.</summary>
    public JournalReader CreateReader(long fromSequence) => new(_table, _state, fromSequence);

    /// <summary>Takes note that the store has everything up to a record; what is shipped may be recycled.</summary>
    public void Acknowledge(long sequence)
    {
        if (sequence > _state.Durable)
        {
            throw new ArgumentOutOfRangeException(nameof(sequence), "The store cannot have what the journal has not.");
        }

        if (sequence > _state.Shipped)
        {
            _state.Shipped = sequence;
        }
    }

    /// <summary>
    /// Takes note that the store has less than it had confirmed, as after a standby took over that lagged: what is still here stays until it was
    /// shipped again.
    /// </summary>
    public void TakeBack(long sequence)
    {
        if (_keeper.TakeBack(sequence) is { } before)
        {
            var words = string.Create(CultureInfo.InvariantCulture, $"The store had confirmed record {before} and has up to {sequence}.");
            _announcer.SayWhenPossible("store.went-back", words + " What is still here is sent again.");
            StoreWentBack?.Invoke();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _closing))
        {
            return;
        }

        _keeper.Stop();
        Volatile.Write(ref _closing, true);
        await _announcer.StoppedAsync();
        _writer.Stop();
        if (_state.Status != JournalStatus.Dead)
        {
            _checkpoint.Write(Log, DurableSequence, _writer.ChainDurable, clean: true);
            _keeper.Round();
        }

        _state.Status = JournalStatus.Closed;
        _metrics.Dispose();
        _keeper.Dispose();
        _writer.Dispose();
        _checkpoint.Dispose();
        _queue.Dispose();
        _lock.Dispose();
    }

    /// <summary>Starts the threads and records the start and what recovery found.</summary>
    internal async Task StartAsync(RecoveredJournal found)
    {
        _writer.Start();
        await _announcer.StartedAsync(found);
        _keeper.Start();
    }

    /// <summary>Appends past the marks: for the journal's own records.</summary>
    internal ValueTask<AuditPosition> AppendOwnAsync(AuditRecord record)
    {
        if (_state.Status == JournalStatus.Dead)
        {
            return Refuse();
        }

        return record.Kind == AuditKind.Outcome ? EndAsync(record) : Enqueue(record, reserved: true);
    }

    /// <summary>Holds an intent of an earlier run open until its outcome stands.</summary>
    internal void HoldOpen(OpenAct intent) => _unfinished.Put(intent);

    /// <summary>Writes a record of the node's own; durable when it returns.</summary>
    /// <exception cref="JournalUnavailableException">It is not.</exception>
    public Task SayAsync(string @event, string note) => _announcer.SayAsync(@event, note);

    /// <summary>One round of housekeeping, now.</summary>
    internal void Maintain()
    {
        _keeper.Round();
        _announcer.Round();
    }

    // By itself: what a lambda holds is made where its method begins, also for those records that are no intent.
    private ValueTask<AuditPosition> BeginAsync(AuditRecord intent, bool reserved) =>
        _unfinished.BeginAsync(intent, () => Enqueue(intent, reserved));

    private ValueTask<AuditPosition> EndAsync(AuditRecord outcome) => _unfinished.EndAsync(outcome, () => Enqueue(outcome, reserved: true));

    private bool CarryForward(long upTo) => _unfinished.CarryForward(upTo, act => AppendOwnAsync(_announcer.Carry(act)));

    private bool Takes(AuditLane lane) => !Volatile.Read(ref _closing) && _space.Takes(lane) && _queue.Count < _options.MaxWaiting;

    private ValueTask<AuditPosition> Enqueue(AuditRecord record, bool reserved)
    {
        var pending = Encode(record, awaited: true, reserved);
        var task = pending.Task;
        _queue.Add(pending);
        _writer.EnsureAnswered();
        return task;
    }

    private PendingAppend Encode(AuditRecord record, bool awaited, bool reserved)
    {
        var pending = _pool.Rent();
        try
        {
            pending.Encode(record, awaited, reserved);
            return pending.BodyBytes <= _largestBody
                ? pending
                : throw new ArgumentException(
                    $"The audit record has {pending.BodyBytes} bytes; {_largestBody} is the most.",
                    nameof(record)
                );
        }
        catch
        {
            pending.Return();
            throw;
        }
    }

    private ValueTask<AuditPosition> Refuse()
    {
        _state.CountRefused();
        var status = Status;
        return ValueTask.FromException<AuditPosition>(
            new JournalUnavailableException(
                status is JournalStatus.Open or JournalStatus.NearlyFull ? JournalStatus.Full : status,
                _state.Cause
            )
        );
    }
}
