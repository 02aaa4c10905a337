using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Evidence;

/// <summary>One log at one checkpoint, under which many records are proven; made by <see cref="LogProver"/>, not thread-safe.</summary>
public sealed class PinnedLog
{
    private readonly LogFiles _files;
    private readonly EntryFactory _entries;
    private readonly TileTree _tree;

    internal PinnedLog(LogFiles files, EntryFactory entries, SignedNote note, long size)
    {
        (_files, _entries, Checkpoint, Size) = (files, entries, note.Whole, size);
        _tree = new TileTree(files.Tiles, size);
        Statements = [.. files.ReadStatements().Select(static statement => statement.Whole)];
    }

    /// <summary>The checkpoint as a note.</summary>
    public string Checkpoint { get; }

    /// <summary>Records under it.</summary>
    public long Size { get; }

    /// <summary>The statements of keys, first to last.</summary>
    public IReadOnlyList<string> Statements { get; }

    /// <summary>A record with its salt, its entry and its way to the checkpoint.</summary>
    /// <exception cref="InvalidDataException">The log's files are damaged, or the record is not the one that the log has.</exception>
    /// <exception cref="ContentDestroyedException">
    /// Nobody can show the record any more; that it was there, <see cref="LogProver.ProveInclusion"/> proves.
    /// </exception>
    public ProvenRecord Prove(AuditEntry record)
    {
        if (record.IsDestroyed)
        {
            throw new ContentDestroyedException(record.Log, record.Sequence);
        }

        var salt = _entries.BodySalt(record.Sequence);
        if (
            _files.ReadEntry(record.Sequence, Size) is not { } committed
            || committed.Body != EntryFactory.CommitBody(record.Body.Span, salt)
        )
        {
            throw new InvalidDataException($"Record {record.Sequence} is not the one that the log has.");
        }

        var bytes = new byte[LogEntry.Bytes];
        committed.WriteTo(bytes);
        return new ProvenRecord(record.Sequence, record.Body.ToArray(), salt, bytes, _tree.Inclusion(record.Sequence))
        {
            ChainHash = record.ChainHash.ToArray(),
        };
    }
}
