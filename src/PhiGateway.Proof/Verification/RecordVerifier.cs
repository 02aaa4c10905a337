using System.Security.Cryptography;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Audit.Verification;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Verification;

/// <summary>
/// Compares records, of a journal and of the store, with the entries of a log; one per verification, records in order. Needs the node's
/// secrets. Not thread-safe.
/// </summary>
public sealed class RecordVerifier(
    VerifiedLog log,
    EntryFactory entries,
    FindingList findings,
    DeletedMonths? deleted = null,
    DestroyedColumns? columns = null
)
{
    /// <summary>Said of a row that stands where no log has a place.</summary>
    internal const string BeforeTheFirst = "The store has a record before the first place of the log.";

    private readonly DestroyedColumns _columns = columns ?? new DestroyedColumns();
    private readonly Dictionary<long, byte[]> _beyond = [];
    private readonly List<(long Sequence, byte[]? Body)> _late = [];
    private readonly Dictionary<(int Month, string Tenant), long> _destroyed = [];
    private long _journalFirst = long.MaxValue;
    private long _journalNext = -1;
    private long _storeNext;
    private ReadOnlyMemory<byte>? _chain;
    private uint _epoch;
    private long _epochOf = -2;

    /// <summary>Records of the journal that no checkpoint covers yet.</summary>
    public int Uncovered => _beyond.Count;

    /// <summary>The next record that is wanted of the journal; -1: none was seen yet.</summary>
    public long JournalNext => _journalNext;

    /// <summary>Whether the store has records that neither the checkpoint nor the journal, as it was read, has.</summary>
    public bool HasLate => _late.Count > 0;

    /// <summary>Takes the next record of the journal.</summary>
    public void OfJournal(in JournalFrame frame)
    {
        if (_journalNext >= 0 && frame.Sequence != _journalNext)
        {
            findings.Add(FindingCode.JournalTruncated, _journalNext, "The journal has a hole.");
        }

        _journalFirst = Math.Min(_journalFirst, frame.Sequence);
        _journalNext = frame.Sequence + 1;
        if (frame.Sequence >= log.Checkpoint.Size)
        {
            _beyond[frame.Sequence] = SHA256.HashData(frame.Body.Span);
        }
        else if (IsOther(frame, entries.ReadRecord(frame)) is { } words)
        {
            findings.Add(FindingCode.JournalRewritten, frame.Sequence, "In the journal, " + words);
        }
    }

    /// <summary>The journal is at its end.</summary>
    public void EndOfJournal()
    {
        if (_journalNext < log.Checkpoint.Size)
        {
            findings.Add(
                FindingCode.JournalTruncated,
                Math.Max(_journalNext, 0),
                $"The journal ends before the log, which has {log.Checkpoint.Size} records."
            );
        }
    }

    /// <summary>Begins in the middle of the store.</summary>
    public void StartStoreAt(long sequence)
    {
        _storeNext = sequence;
        _chain = null;
        _columns.BeginAt(sequence);
    }

    /// <summary>Takes the next records of the store, in order of their places.</summary>
    public void OfStore(IReadOnlyList<AuditEntry> batch)
    {
        foreach (var entry in batch)
        {
            if (entry.Sequence < _storeNext)
            {
                var words = entry.Sequence < 0 ? BeforeTheFirst : "The store has two records in this place.";
                findings.Add(FindingCode.StoreRecordInserted, entry.Sequence, words);
                continue;
            }

            if (entry.Sequence > _storeNext)
            {
                Missing(_storeNext, entry.Sequence - 1);
                _chain = null;
            }

            _storeNext = entry.NextPlace;
            Compare(entry);
            _chain = entry.ChainHash;
        }
    }

    /// <summary>The store is at its end; what it lacks must still be in the journal.</summary>
    public void EndOfStore()
    {
        EndOfSlice(Math.Min(log.Checkpoint.Size, _journalFirst) - 1);
        EndOfDestroyed(long.MaxValue);
        foreach (var (sequence, _) in _late.Where(late => !IsInJournal(late.Sequence, late.Body)))
        {
            findings.Add(
                FindingCode.StoreRecordInserted,
                sequence,
                $"The store has a record that neither the log, with {log.Checkpoint.Size} records, nor the journal has."
            );
        }

        _late.Clear();
    }

    /// <summary>The store should have had everything up to a record.</summary>
    public void EndOfSlice(long last)
    {
        if (_storeNext <= last)
        {
            Missing(_storeNext, last);
        }

        EndOfDestroyed(last + 1);
    }

    private void EndOfDestroyed(long next)
    {
        foreach (var of in _columns.EndBefore(next))
        {
            findings.Add(
                FindingCode.StoreColumnsEdited,
                of.First,
                $"Records from here to {of.Last} whose content was destroyed, of {KeepingMonths.Text(of.Month)}, are filed under other words than "
                    + "the record of their destruction proves."
            );
        }
    }

    /// <summary>Whether a row is, with its columns, what this log has in its place under the signed checkpoint.</summary>
    public bool IsProven(AuditEntry row)
    {
        if (row.Log != log.Name || row.Sequence < 0 || row.Sequence >= log.Checkpoint.Size)
        {
            return false;
        }

        var frame = new JournalFrame(row.Sequence, row.ChainHash, row.Body);
        return entries.ReadRecord(frame) is { } read
            && StoredColumns.AreThoseOf(read, row)
            && log.Entry(row.Sequence) is { Flags: not LogEntry.BeforeTheLog } entry
            && entry.Sequence == row.Sequence
            && IsOther(frame, read) is null
            && IsUnderCheckpoint(entry);
    }

    private bool IsUnderCheckpoint(in LogEntry entry)
    {
        var tree = log.Tree();
        try
        {
            return TreeMath.Includes(entry.Sequence, tree.Size, entry.Leaf(), tree.Inclusion(entry.Sequence), log.Checkpoint.Root);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    // Of content that nobody can read only the place can be compared.
    private bool IsInJournal(long sequence, byte[]? hash) =>
        _beyond.TryGetValue(sequence, out var body) && (hash is null || body.AsSpan().SequenceEqual(hash));

    private void Missing(long from, long to)
    {
        // Security: what stands behind the log's end was never written, and nothing is missing before it; else one row far off would have each
        // place up to it looked at.
        to = Math.Min(to, log.Checkpoint.Size - 1);
        while (from <= to)
        {
            while (from <= to && MayBeMissing(from))
            {
                from++;
            }

            var last = from;
            while (last < to && !MayBeMissing(last + 1))
            {
                last++;
            }

            if (from <= to)
            {
                findings.Add(
                    FindingCode.StoreRecordMissing,
                    from,
                    from == last ? "The record is not in the store." : $"The records up to {last} are not in the store."
                );
            }

            from = last + 1;
        }
    }

    // Gone before the log began, or with a month whose deletion is on record: the log itself says of which month it was.
    private bool MayBeMissing(long sequence) =>
        log.Entry(sequence) is { } entry
        && (entry.Flags == LogEntry.BeforeTheLog || deleted?.Covers(log.Name, sequence, entry.Time) == true);

    private void Compare(AuditEntry entry)
    {
        if (entry.Unreadable is { } columns)
        {
            // A key that is not here, or another one, is the operator's to put right: the name of it stands in the finding.
            var why = entry.Unopened is { } unopened ? " " + unopened : string.Empty;
            findings.Add(FindingCode.StoreRowUnreadable, entry.Sequence, $"The row holds what no version writes: {columns}.{why}");
            return;
        }

        if (entry.IsDestroyed)
        {
            CompareDestroyed(entry);
            return;
        }

        var frame = new JournalFrame(entry.Sequence, entry.ChainHash, entry.Body);
        if (entry.Sequence >= log.Checkpoint.Size)
        {
            // The node may be writing: judged at the end.
            var hash = SHA256.HashData(entry.Body.Span);
            if (!IsInJournal(entry.Sequence, hash))
            {
                _late.Add((entry.Sequence, hash));
            }

            return;
        }

        var read = entries.ReadRecord(frame);
        if (IsOther(frame, read) is { } words)
        {
            findings.Add(FindingCode.StoreRecordEdited, entry.Sequence, "In the store, " + words);
            return;
        }

        if (read is null)
        {
            return;
        }

        if (!read.PatientKeys.SequenceEqual(entry.PatientKeys, StringComparer.Ordinal))
        {
            findings.Add(FindingCode.StorePatientsEdited, entry.Sequence, "The record is filed under other patients than its body names.");
        }
        else
        {
            CompareFound(entry);
        }

        if ((_chain is not null || entry.Sequence == 0) && !ChainVerifier.Follows((_chain ?? default).Span, entry))
        {
            findings.Add(FindingCode.StoreColumnsEdited, entry.Sequence, "The record's chain hash does not follow from the one before it.");
        }

        if (!StoredColumns.AreThoseOf(read, entry))
        {
            findings.Add(FindingCode.StoreColumnsEdited, entry.Sequence, "The record is filed under other words than its body has.");
        }
    }

    // Its commitment stays in the log, and proofs of whoever has the body hold; here only the head can be compared.
    private void CompareDestroyed(AuditEntry entry)
    {
        if (entry.Sequence >= log.Checkpoint.Size)
        {
            _late.Add((entry.Sequence, null));
            return;
        }

        if (log.Entry(entry.Sequence) is not { } committed || committed.Flags == LogEntry.BeforeTheLog)
        {
            return;
        }

        var time = committed.Time;
        if (committed.Id != entry.Id || committed.Kind != (byte)entry.Kind || IsOtherMoment(committed, entry.Time) || !entry.IsFiled)
        {
            findings.Add(FindingCode.StoreColumnsEdited, entry.Sequence, "The record is filed under other words than the log has.");
        }
        else if (committed.Patients != EntryFactory.PatientRoot(entry.PatientKeys, entries.PatientSalt(entry.Sequence)))
        {
            findings.Add(FindingCode.StorePatientsEdited, entry.Sequence, "The record is filed under other patients than the log has.");
        }
        else if (!CompareFound(entry))
        {
            return;
        }
        else if (entry.Tenant is { } tenant && deleted?.DestructionOf(log.Name, entry.Sequence, time, tenant) is { } of && MayBeOf(of))
        {
            _columns.Add(of, entry);
        }
        else
        {
            findings.Add(
                FindingCode.StoreBodyDestroyed,
                entry.Sequence,
                entry.IsKeyMissing
                    ? "The key of the record's content is not in the store, and no log proves a record of its destruction."
                    : "The key of the record's content was destroyed, and no log proves a record of that."
            );
        }
    }

    private bool CompareFound(AuditEntry entry)
    {
        if (!entry.IsFoundByPatients)
        {
            findings.Add(FindingCode.StorePatientsEdited, entry.Sequence, "A search by one of the record's patients does not find it.");
        }

        return entry.IsFoundByPatients;
    }

    // More of them than the destruction counted are not all that tenant's.
    private bool MayBeOf(DestroyedPlaces of)
    {
        var count = _destroyed.GetValueOrDefault((of.Month, of.Tenant)) + 1;
        _destroyed[(of.Month, of.Tenant)] = count;
        return count <= of.Count;
    }

    // Stores keep microseconds.
    private static bool IsOtherMoment(LogEntry committed, DateTimeOffset stored) =>
        committed.Nanoseconds / TimeSpan.NanosecondsPerTick / TimeSpan.TicksPerMicrosecond
        != LogEntry.NanosecondsOf(stored) / TimeSpan.NanosecondsPerTick / TimeSpan.TicksPerMicrosecond;

    // Null when the record is the one under the checkpoint.
    private string? IsOther(in JournalFrame frame, AuditEntry? read)
    {
        if (log.Entry(frame.Sequence) is not { } entry)
        {
            return "the record cannot be compared: the log lacks its entry.";
        }

        if (entry.Flags == LogEntry.BeforeTheLog)
        {
            return null;
        }

        if (_epochOf != frame.Sequence - 1)
        {
            _epoch = frame.Sequence == 0 ? 0 : log.Entry(frame.Sequence - 1)?.Epoch ?? 0;
        }

        var made = entries.Make(frame, _epoch, read);
        (_epoch, _epochOf) = (entry.Epoch, frame.Sequence);
        if (made.Body != entry.Body)
        {
            return "the record's body is not the one that was recorded.";
        }

        return made == entry ? null : "the record's head is not the one that was recorded.";
    }
}
