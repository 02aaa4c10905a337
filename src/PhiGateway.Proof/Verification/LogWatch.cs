using System.Data.Common;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Verification;

/// <summary>
/// Verifies the node's own log in the background, a slice at a time and round and round: keys, checkpoint, tiles, heads in the store, the
/// journal's records and the store's. Finds what an insider changed without anybody asking.
/// </summary>
/// <remarks>It verifies with what the node has: whoever holds the node can silence it. What is asked from outside is the proof.</remarks>
public sealed class LogWatch(
    TransparencyLog log,
    FileJournal journal,
    IAuditStore store,
    IHeadStore heads,
    LogWatchOptions options,
    TimeProvider clock
)
{
    private const int HeadsPerRound = 500;
    private const int RowsOutside = 100;
    private readonly WatchPace _pace = new(options, clock);
    private readonly ToldFindings _told = new();
    private readonly DestroyedColumns _columns = new();
    private readonly Lock _lock = new();
    private long _records;
    private (long From, long To, long End) _slice;
    private long _damaged = -1;
    private long _doubted = -1;
    private long _unread = -1;
    private bool _isOpen = true;
    private long _heads;
    private long _verified;
    private readonly DateTimeOffset _started = clock.GetUtcNow();
    private DateTimeOffset? _lastRound;
    private DateTimeOffset? _lastWhole;
    private string? _problem;

    /// <summary>Told of each finding once, in words without PHI.</summary>
    public event Action<ProofFinding>? Found;

    /// <summary>How it is now.</summary>
    public LogWatchStatus Status
    {
        get
        {
            lock (_lock)
            {
                return new LogWatchStatus(_verified, _lastRound, _told.Items, _problem)
                {
                    LastWhole = _lastWhole,
                    AnewSince = _pace.Since,
                    Compared = _records,
                };
            }
        }
    }

    /// <summary>Pause between two slices.</summary>
    public TimeSpan Interval => options.Interval;

    /// <summary>How long ago it last finished a slice; before the first, how long it runs.</summary>
    public TimeSpan SinceSlice => clock.GetUtcNow() - (Status.LastRound ?? _started);

    /// <summary>How long ago it last came to the end of the log; before the first time, how long it runs.</summary>
    public TimeSpan SinceWhole => clock.GetUtcNow() - (Status.LastWhole ?? _started);

    /// <summary>
    /// The store went back to an earlier state: it may be a backup that was restored, or a standby. What was compared of it says nothing any
    /// more: all of it is compared from the first record on, without the pauses of other rounds.
    /// </summary>
    public void BeginAnew() => _pace.Ask();

    /// <summary>Goes round and round until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var took = TimeSpan.Zero;
        while (true)
        {
            await Task.Delay(_pace.PauseAfter(took, IsToWait), clock, cancellationToken);
            var began = clock.GetTimestamp();
            await PassAsync(cancellationToken);
            took = clock.GetElapsedTime(began);
        }
    }

    /// <summary>So many slices that the log is gone through within a day.</summary>
    internal async Task PassAsync(CancellationToken cancellationToken)
    {
        for (var left = _pace.SlicesOf(log.Status.Size); left > 0; left--)
        {
            await RoundAsync(cancellationToken);
            if (IsToWait || _records >= _slice.End)
            {
                return;
            }
        }
    }

    // What is looked at again is given the time in which it may come right.
    private bool IsToWait => _doubted >= 0 || !_isOpen || Status.Problem is not null;

    /// <summary>One slice.</summary>
    internal async Task RoundAsync(CancellationToken cancellationToken)
    {
        if (_pace.Begin())
        {
            (_records, _heads, _doubted, _slice) = (0, 0, -1, default);
        }

        string? problem = null;
        var findings = new FindingList(log.Entries.Log);
        var count = 0;
        var (isWhole, isThrough) = (false, false);
        _isOpen = false;
        try
        {
            if (LogVerifier.Open(log.Files, log.Entries.Log, null, findings) is { } verified)
            {
                _isOpen = true;
                count = await SliceAsync(verified, findings, cancellationToken);
                _unread = -1;
                isWhole = _doubted < 0 && _records >= _slice.End;
                isThrough = isWhole;
            }
        }
        catch (Exception e) when (IsAway(e) || (e is InvalidDataException && _unread != _slice.From))
        {
            // What is written at this moment may be read by halves; what cannot be read twice is so.
            _unread = e is InvalidDataException ? _slice.From : -1;
            problem = $"The log could not be verified ({e.GetType().Name}); it is tried again.";
        }
#pragma warning disable CA1031 // Security: who edits one row so that it cannot be compared must not have put out the light on all the others.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            findings.Add(
                FindingCode.StoreRowUnreadable,
                _slice.From,
                $"What stands between here and record {_slice.To} could not be compared ({e.GetType().Name}); what is behind it is."
            );
            (_doubted, _records) = (-1, _slice.To);

            // Security: of a log that cannot even be opened nothing was compared, and nobody says that it was.
            isThrough = _isOpen && _records >= _slice.End;
        }

        lock (_lock)
        {
            _verified += count;
            _problem = problem;
            _lastRound = problem is null ? clock.GetUtcNow() : _lastRound;
            _lastWhole = isWhole ? _lastRound : _lastWhole;
        }

        foreach (var finding in findings.Items.Where(finding => _doubted < 0 || !IsDoubtful(finding.Code)))
        {
            Tell(finding);
        }

        if (isThrough && _pace.End())
        {
            await SayComparedAsync();
        }
    }

    // That a store that went back was compared is on record, with what came of it: whoever restored it has it in evidence.
    private async Task SayComparedAsync()
    {
        var found = Status.Findings.Count;
        var words = $"The store was compared with the log up to its end, {_slice.End} records; {found} findings since the start.";
        try
        {
            await journal.SayAsync("store.compared", words);
        }
        catch (JournalUnavailableException)
        {
            // Readiness says that nothing is compared anew any more; a journal without room has been told of.
        }
    }

    // A fault of values, which SQL's class 22 is, is there again at the next try.
    private static bool IsAway(Exception fault) =>
        fault is TimeoutException or IOException or System.Net.Sockets.SocketException
        || (fault is DbException of && of.SqlState?.StartsWith("22", StringComparison.Ordinal) != true);

    private static bool IsDoubtful(string code) => code is FindingCode.StoreRecordMissing or FindingCode.StoreBodyDestroyed;

    private async Task<int> SliceAsync(VerifiedLog verified, FindingList findings, CancellationToken cancellationToken)
    {
        var size = verified.Checkpoint.Size;
        var from = _records < size ? _records : 0;
        var to = Math.Min(from + options.Records, size);
        _slice = (from, to, size);
        try
        {
            await VerifyHeadsAsync(verified, findings, cancellationToken);
        }
#pragma warning disable CA1031 // As below: one head that cannot be read must not keep the records from being compared.
        catch (Exception e) when (e is not OperationCanceledException && !IsAway(e))
#pragma warning restore CA1031
        {
            findings.Add(FindingCode.StoreRowUnreadable, null, $"A head in the store could not be compared ({e.GetType().Name}).");
        }

        VerifyTiles(verified, from, to, findings);

        var deleted = new DeletedMonths(clock);
        var records = new RecordVerifier(verified, log.Entries, findings, deleted, _columns);
        VerifyJournal(records, from, to, findings);

        // What the shipper was told that the store has.
        var shipped = Math.Min(to, journal.ShippedSequence + 1);
        if (from < shipped)
        {
            await CompareStoreAsync(records, deleted, from, shipped, cancellationToken);
        }

        try
        {
            await LookOutsideAsync(cancellationToken);
        }
#pragma warning disable CA1031 // As above: a row outside the log that cannot be read must not make what was compared uncompared.
        catch (Exception e) when (e is BodyKeyException || (e is not OperationCanceledException && !IsAway(e)))
#pragma warning restore CA1031
        {
            findings.Add(FindingCode.StoreRowUnreadable, null, $"A row outside the log could not be read ({e.GetType().Name}).");
        }

        // While a month is deleted, or content destroyed, its records go before the log says that it was done: looked at again before it is told.
        if (findings.Items.Any(static finding => IsDoubtful(finding.Code)) && _doubted != from)
        {
            (_doubted, _records) = (from, from);
            return 0;
        }

        (_doubted, _records) = (-1, to);
        return (int)(to - from);
    }

    // One page is all there is, unless somebody has put second rows into its places: then there are more, each compared by itself.
    private async Task CompareStoreAsync(
        RecordVerifier records,
        DeletedMonths deleted,
        long from,
        long shipped,
        CancellationToken cancellationToken
    )
    {
        var areDeletedRead = false;
        var limit = (int)(shipped - from) + 1;
        records.StartStoreAt(from);
        for (long? next = from; next is { } place && place < shipped; )
        {
            var page = await store.ReadFiledAsync(log.Entries.Log, place, limit, cancellationToken);
            (var rows, next) = WholePlaces.Of(page, limit);
            var ofSlice = rows.Where(row => row.Sequence < shipped).ToList();
            if (!areDeletedRead && (ofSlice.Count < shipped - from || ofSlice.Exists(static row => row.IsDestroyed)))
            {
                await DeletionReader.ReadAsync(store, deleted, records.IsProven, cancellationToken);
                areDeletedRead = true;
            }

            records.OfStore(ofSlice);
        }

        records.EndOfSlice(shipped - 1);
    }

    // Security: slices begin and end with the log, and searches do not. Whoever ships may have put rows before it and behind it. They are
    // told at once: of what a slice has of its own a hundred of a kind are kept, and would hide these.
    private async Task LookOutsideAsync(CancellationToken cancellationToken)
    {
        var behind = await store.ReadAsync(log.Entries.Log, journal.DurableSequence + 1, RowsOutside, cancellationToken);

        // Meanwhile the node has written on: what it has stored it had written first.
        var written = journal.DurableSequence;
        foreach (var row in behind.Where(row => row.Sequence > written))
        {
            TellOutside(row, $"The store has a record in a place that this node has not come to: it has written {written + 1} records.");
        }

        // One row says whether a page is worth reading.
        if (await store.ReadAsync(log.Entries.Log, long.MinValue, 1, cancellationToken) is not [{ Sequence: < 0 }])
        {
            return;
        }

        var before = await store.ReadAsync(log.Entries.Log, long.MinValue, RowsOutside, cancellationToken);
        foreach (var row in before.Where(static row => row.Sequence < 0))
        {
            TellOutside(row, RecordVerifier.BeforeTheFirst);
        }
    }

    private void TellOutside(AuditEntry row, string words) =>
        Tell(new ProofFinding(FindingCode.StoreRecordInserted, log.Entries.Log, row.Sequence, words));

    private async Task VerifyHeadsAsync(VerifiedLog verified, FindingList findings, CancellationToken cancellationToken)
    {
        var page = await heads.ReadAsync(log.Entries.Log, _heads, HeadsPerRound, cancellationToken);

        // Meanwhile the log grows on: a head of a size that it will have is compared then, and one that the node has not written up to now.
        var written = journal.DurableSequence + 1;
        HeadVerifier.Verify(verified, [.. page.Where(head => head.Size <= verified.Checkpoint.Size || head.Size > written)], findings);
        _heads = HeadPages.Behind(page, HeadsPerRound) ?? 0;
    }

    // Leaf by leaf, and the first of each tile by its path to the signed root, which all the tile's hashes are part of.
    private static void VerifyTiles(VerifiedLog verified, long from, long to, FindingList findings)
    {
        var tree = verified.Tree();
        try
        {
            for (var index = from; index < to; index++)
            {
                var entry = verified.Entry(index);
                var isFirst = index == from || index % TilePath.Width == 0;
                if (
                    entry is not { } read
                    || read.Sequence != index
                    || read.Leaf() != tree.Leaf(index)
                    || (isFirst && !TreeMath.Includes(index, tree.Size, read.Leaf(), tree.Inclusion(index), verified.Checkpoint.Root))
                )
                {
                    findings.Add(FindingCode.LogDamaged, index, "The entry is not under the signed checkpoint.");
                    return;
                }
            }
        }
        catch (InvalidDataException e)
        {
            findings.Add(FindingCode.LogDamaged, from, e.Message);
        }
    }

    // Security: who edits the store could flip a byte here first. The journal's damage is a finding, and what the store has is compared.
    private void VerifyJournal(RecordVerifier records, long from, long to, FindingList findings)
    {
        var start = Math.Max(from, journal.FirstSequence);
        using var reader = journal.CreateReader(start);
        try
        {
            while (reader.NextSequence < to && reader.TryRead(out var frame))
            {
                records.OfJournal(frame);
            }
        }
        catch (InvalidDataException) when (reader.NextSequence >= journal.FirstSequence)
        {
            // Behind a damaged record nothing of its file can be read: where not one was, it is the damage that was found before it.
            var isKnown = _damaged >= journal.FirstSequence && _damaged <= start && reader.NextSequence == start;
            _damaged = isKnown ? _damaged : reader.NextSequence;
            findings.Add(FindingCode.JournalDamaged, _damaged, "The record cannot be read in the journal.");
        }
    }

    private void Tell(ProofFinding finding)
    {
        lock (_lock)
        {
            if (!_told.TryAdd(finding, journal.DurableSequence))
            {
                return;
            }
        }

        Found?.Invoke(finding);
    }
}
