using System.Diagnostics.CodeAnalysis;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Building;

/// <summary>
/// Follows a node's journal in the background and publishes it as a transparency log: entries, tiles, signed checkpoints. Nothing waits for
/// it; what it has not taken in is kept by the journal.
/// </summary>
/// <remarks>
/// Everything but the keys follows from the journal: after a crash it goes on behind what was durable and makes the rest again. A root that
/// then differs from the one it had signed means that the journal was changed, and ends it. One instance per journal;
/// <see cref="RunAsync"/> runs once.
/// </remarks>
public sealed class TransparencyLog : IBatchFollower, IDisposable
{
    // A pass that has this many gives a checkpoint before it goes on.
    private const int PassRecords = 4096;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly FileJournal _journal;
    private readonly TransparencyLogOptions _options;
    private readonly TimeProvider _clock;
    private readonly HeadExport _heads;
    private readonly SigningKeys _keys;
    private readonly TreeBuilder _tree;
    private readonly JournalReader _reader;
    private readonly Checkpoint? _signedBefore;

    // Between the loop and the shipper, who shows what it has read.
    private readonly Lock _growing = new();
    private bool _isFed;
    private bool _isLate;
    private Checkpoint? _newest;
    private SignedNote? _newestNote;
    private DateTimeOffset _evolvedAt;
    private DateTimeOffset _syncedAt;

    private TransparencyLog(
        FileJournal journal,
        LogFiles files,
        SigningKeys keys,
        TreeBuilder tree,
        TransparencyLogOptions options,
        IHeadStore? exported,
        PatientPseudonym pseudonym,
        TimeProvider clock
    )
    {
        (_journal, Files, _keys, _tree, _options, _clock) = (journal, files, keys, tree, options, clock);
        _heads = new HeadExport(journal.Log, exported, options.ExportEvery);
        Entries = new EntryFactory(journal.Log, keys.SaltKey.ToArray(), pseudonym);
        Origin = LogOrigin.Of(journal.Log);
        _reader = journal.CreateReader(tree.Size);
        _signedBefore = files.ReadCheckpoint()?.Checkpoint;
        _newest = _signedBefore;
    }

    /// <summary>Told, in words without PHI, when the log ends for good: someone must be called.</summary>
    public event Action<string>? Stopped;

    /// <summary>The published files.</summary>
    public LogFiles Files { get; }

    /// <summary>Makes entries of records, with the salts of this log.</summary>
    public EntryFactory Entries { get; }

    /// <summary>First line of the checkpoints.</summary>
    public string Origin { get; }

    /// <summary>How it is now.</summary>
    public TransparencyLogStatus Status =>
        new(Volatile.Read(ref _newest)?.Size ?? 0, _journal.DurableSequence + 1, Fault, Problem, _heads.Size);

    /// <summary>Why it goes no further; null while it does.</summary>
    public string? Fault { get; private set; }

    /// <summary>What could not be done just now and is tried again; null: nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Opens the log of a journal, or begins it.</summary>
    /// <param name="journal">Opened with <see cref="JournalOptions.IsFollowedByLog"/>.</param>
    /// <param name="options">Folders and times.</param>
    /// <param name="exported">Where heads are put; null: nowhere.</param>
    /// <param name="pseudonym">Keyed pseudonyms of patients.</param>
    /// <param name="clock">Clock.</param>
    /// <exception cref="LogFaultException">Log and journal do not fit, or a part is missing: in words for the operator.</exception>
    public static TransparencyLog Open(
        FileJournal journal,
        TransparencyLogOptions options,
        IHeadStore? exported,
        PatientPseudonym pseudonym,
        TimeProvider clock
    )
    {
        var generation = LogOrigin.Folder(journal.Log);
        var files = new LogFiles(Path.Combine(options.Directory, generation));
        Directory.CreateDirectory(files.Folder);
        try
        {
            var tree = TreeBuilder.Restore(files);
            CheckSigned(files, LogOrigin.Of(journal.Log), tree.Size);
            var keys = SigningKeys.Open(
                Path.Combine(options.KeyDirectory, generation),
                LogOrigin.Of(journal.Log),
                files.Tiles,
                options.AcceptNew
            );
            return new TransparencyLog(journal, files, keys, tree, options, exported, pseudonym, clock);
        }
        catch (InvalidDataException e)
        {
            throw new LogFaultException(e.Message);
        }
    }

    /// <summary>Follows until cancelled, or until a contradiction ends it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && Fault is null)
        {
            var more = false;
            try
            {
                more = Step();
                Problem = await ExportAsync(force: false, cancellationToken);
            }
            catch (Exception e) when (e is LogFaultException or InvalidDataException)
            {
                Stop(e.Message);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Problem = $"The log's files cannot be written ({e.GetType().Name}); it is tried again.";
                await Task.Delay(Retry, _clock, cancellationToken);
            }

            if (!more)
            {
                await Task.Delay(_options.Interval, _clock, cancellationToken);
            }
        }
    }

    /// <summary>Takes in what is there, signs, exports: for an orderly stop.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        try
        {
            bool more;
            do
            {
                lock (_growing)
                {
                    // Nobody shows anything any more; more records may be waiting.
                    _isFed = false;
                    more = Fault is null && Grow();
                }
            } while (more);

            Problem = await ExportAsync(force: true, cancellationToken);
        }
        catch (Exception e)
            when (e is LogFaultException or InvalidDataException or IOException or UnauthorizedAccessException or OperationCanceledException
            )
        {
            Problem = e.Message;
        }
    }

    /// <inheritdoc />
    /// <remarks>
    /// What the log had signed before this start is compared by the loop alone, and a disk that takes no tiles is told of by it.
    /// </remarks>
    public void Follow(IReadOnlyList<AuditEntry> batch)
    {
        lock (_growing)
        {
            var first = _tree.Size - batch[0].Sequence;
            if (Fault is not null || first < 0 || _tree.Size < _signedBefore?.Size)
            {
                return;
            }

            try
            {
                for (var i = first; i < batch.Count; i++)
                {
                    var entry = batch[(int)i];
                    _tree.Flush();
                    _tree.Add(Entries.Make(new JournalFrame(entry.Sequence, entry.ChainHash, entry.Body), _tree.Epoch, entry));
                    _isFed = true;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Nothing is lost: the loop goes on behind what is in the tree, and says why it cannot.
                _isFed = false;
            }
        }
    }

    /// <summary>One pass over what is durable; true when more may wait.</summary>
    internal bool Step()
    {
        lock (_growing)
        {
            return Grow();
        }
    }

    private bool Grow()
    {
        var taken = TakeIn();
        if (_tree.Size < _signedBefore?.Size)
        {
            // What a crash took is being made again: a checkpoint or keys of a smaller size would contradict what was signed before it.
            return true;
        }

        var now = _clock.GetUtcNow();
        var isNew = _keys.Number < 0;
        if (isNew || now - _evolvedAt >= _options.EvolveEvery || (taken == 0 && _keys.HasOtherLogKeys()))
        {
            Evolve(now);
        }

        // By the size, not by what this pass has read: a pass that failed may have read more.
        if (isNew || _newestNote is null || _newest?.Size != _tree.Size)
        {
            Sign();
        }

        if (now - _syncedAt >= _options.SyncEvery)
        {
            _syncedAt = now;
            _ = _tree.Sync();
            _reader.NoteTakenIn(_tree.Durable);
        }

        return taken == PassRecords;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reader.Dispose();
        _keys.Dispose();
    }

    // What stands in the folder must be this log's own work before anything is built on it.
    private static void CheckSigned(LogFiles files, string origin, long durable)
    {
        if (files.ReadCheckpoint() is not var (note, checkpoint))
        {
            return;
        }

        if (KeyHistory.Verify(files.ReadStatements(), origin, out var problem) is not { } history)
        {
            throw new LogFaultException(problem!);
        }

        if (checkpoint.Origin != origin || !history.Accepts(note, checkpoint))
        {
            throw new LogFaultException($"The checkpoint in {files.Folder} is not signed by the log's keys.");
        }

        if (checkpoint.Size <= durable && new TileTree(files.Tiles, durable).RootAt(checkpoint.Size) != checkpoint.Root)
        {
            throw new LogFaultException($"The tiles in {files.Folder} are not those that the log signed at size {checkpoint.Size}.");
        }
    }

    private int TakeIn()
    {
        _tree.Flush();
        if (_isFed)
        {
            // The next records are on their way through the shipper.
            _isFed = false;
            return 0;
        }

        if (_reader.NextSequence < _tree.Size)
        {
            _reader.MoveTo(_tree.Size);
        }

        BeginLate();
        var taken = 0;
        while (taken < PassRecords && _reader.TryRead(out var frame))
        {
            _tree.Add(Entries.Make(frame, _tree.Epoch));
            taken++;
            if (_signedBefore is { } before && _tree.Size == before.Size)
            {
                Compare(before);
            }

            // Last: what has been read is in the tree, whatever the disk says now.
            _tree.Flush();
        }

        return _signedBefore is { } signed && taken < PassRecords && _tree.Size < signed.Size
            ? throw new LogFaultException(
                $"The log was signed at size {signed.Size}, the journal ends at record {_tree.Size - 1}: the journal was rolled back."
            )
            : taken;
    }

    // A journal that is older than its log: what was recycled before leaves a place that says so.
    private void BeginLate()
    {
        if (_reader.NextSequence >= _journal.FirstSequence)
        {
            return;
        }

        if (!_isLate && (_tree.Size > 0 || _signedBefore is { Size: > 0 }))
        {
            throw new LogFaultException(
                $"Records {_reader.NextSequence} to {_journal.FirstSequence - 1} are neither in the log nor in the journal."
            );
        }

        _isLate = true;
        while (_tree.Size < _journal.FirstSequence)
        {
            _tree.Add(EntryFactory.MakeMissing(_tree.Size));
            _tree.Flush();
        }

        _reader.MoveTo(_tree.Size);
    }

    private void Compare(Checkpoint signed)
    {
        if (_tree.Root != signed.Root)
        {
            throw new LogFaultException(
                $"The records up to {signed.Size - 1} in the journal are not those that the log signed: the journal was changed or rolled back."
            );
        }
    }

    private void Evolve(DateTimeOffset now)
    {
        var note = _keys.Evolve(_tree.Size, _tree.Root);
        _evolvedAt = now;
        Files.WriteKeys(_keys.LogKeys);
        _newestNote = null;
        _heads.Put(note, LogHeadKind.Keys, _tree.Size, now);
    }

    [MemberNotNull(nameof(_newestNote))]
    private void Sign()
    {
        _tree.WritePartials();
        var checkpoint = new Checkpoint(Origin, _tree.Size, _tree.Root);
        var note = SignedNote.Sign(checkpoint.ToText(), _keys.Signers);
        Files.WriteCheckpoint(note);
        _newestNote = note;
        Volatile.Write(ref _newest, checkpoint);
    }

    private Task<string?> ExportAsync(bool force, CancellationToken cancellationToken)
    {
        var newest = _newest is { } checkpoint && _newestNote is { } note ? (note, checkpoint.Size) : ((SignedNote, long)?)null;
        return _heads.SendAsync(newest, _clock.GetUtcNow(), force, cancellationToken);
    }

    private void Stop(string why)
    {
        Fault = why;
        Stopped?.Invoke(why);
    }
}
