using System.Globalization;
using System.Text;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Evidence;

/// <summary>Makes proofs from the published files of a node's log, for the control plane. Thread-safe: each call reads for itself.</summary>
public sealed class LogProver(LogFiles files, EntryFactory entries)
{
    /// <summary>Name of the log.</summary>
    public string Log => entries.Log;

    /// <summary>The newest checkpoint as a note; null before the first.</summary>
    public string? Checkpoint => files.ReadCheckpoint()?.Note.Whole;

    /// <summary>The newest checkpoint that enough witnesses have cosigned, as a note; null: there is none.</summary>
    public string? Witnessed => files.ReadWitnessed()?.Note.Whole;

    /// <summary>Records under the newest checkpoint.</summary>
    public long Size => files.ReadCheckpoint()?.Checkpoint.Size ?? 0;

    /// <summary>The log's own keys, as published.</summary>
    public IReadOnlyList<string> Keys =>
        KeyStatement.Parse(files.ReadStatements()[^1].Text) is { } newest ? [.. newest.LogKeys.Select(static key => key.ToString())] : [];

    /// <summary>The statements of keys, first to last.</summary>
    public IReadOnlyList<string> Statements => [.. files.ReadStatements().Select(static note => note.Whole)];

    /// <summary>That a record is under the newest checkpoint; null when it is not yet.</summary>
    /// <exception cref="InvalidDataException">The log's files are damaged.</exception>
    public string? ProveInclusion(long sequence)
    {
        if (sequence < 0 || Over(sequence) is not var (note, checkpoint) || sequence >= checkpoint.Size)
        {
            return null;
        }

        var path = new TileTree(files.Tiles, checkpoint.Size).Inclusion(sequence);
        return ProofFile.Write(sequence, path, note.Whole);
    }

    /// <summary>
    /// That exactly this record is what the log has in its place, verified up to the root of the checkpoint that the proof names; null when
    /// none covers it yet.
    /// </summary>
    /// <exception cref="InvalidDataException">The log's files are damaged, or the record is not the one that the log has.</exception>
    public string? ProveRecord(AuditEntry record)
    {
        if (record.Log != Log || record.Sequence < 0)
        {
            throw new InvalidDataException("The record has no place in this log.");
        }

        if (Over(record.Sequence) is not var (note, checkpoint) || record.Sequence >= checkpoint.Size)
        {
            return null;
        }

        var proven = new PinnedLog(files, entries, note, checkpoint.Size).Prove(record);
        return proven.IsUnder(checkpoint)
            ? ProofFile.Write(record.Sequence, proven.Path, note.Whole)
            : throw new InvalidDataException($"Record {record.Sequence} does not lead to the root that the checkpoint signs.");
    }

    /// <summary>That the log at its newest checkpoint extends what it was at a size; null when it never had that size.</summary>
    /// <exception cref="InvalidDataException">The log's files are damaged.</exception>
    public ConsistencyProof? ProveConsistency(long earlier)
    {
        if (files.ReadCheckpoint() is not var (note, checkpoint) || earlier < 0 || earlier > checkpoint.Size)
        {
            return null;
        }

        var tree = new TileTree(files.Tiles, checkpoint.Size);
        return new ConsistencyProof(
            earlier,
            tree.RootAt(earlier).ToString(),
            [.. tree.Consistency(earlier).Select(static hash => hash.ToString())],
            note.Whole
        );
    }

    /// <summary>
    /// Everything with which somebody else can verify records without this product; null when one of them is not under a checkpoint yet.
    /// </summary>
    /// <exception cref="InvalidDataException">The log's files are damaged, or a record is not the one that the log has.</exception>
    public IReadOnlyList<EvidenceFile>? MakeBundle(IReadOnlyList<AuditEntry> records)
    {
        var last = records.Count == 0 ? -1 : records.Max(static record => record.Sequence);
        if (Over(last) is not var (note, checkpoint) || last >= checkpoint.Size)
        {
            return null;
        }

        var log = new PinnedLog(files, entries, note, checkpoint.Size);
        var bundle = new List<EvidenceFile>
        {
            Text("README.md", EvidenceTexts.Readme),
            Text("verify.sh", EvidenceTexts.Script),
            Text("checkpoint", note.Whole),
            Text("vkey", Keys[0] + "\n"),
        };
        bundle.AddRange(log.Statements.Select((statement, number) => Text(KeyStatement.FileName(number), statement)));
        foreach (var record in records)
        {
            var proven = log.Prove(record);
            var folder = "records/" + record.Sequence.ToString(CultureInfo.InvariantCulture) + "/";
            bundle.Add(new EvidenceFile(folder + "body.json", proven.Body));
            bundle.Add(new EvidenceFile(folder + "salt.bin", proven.Salt));
            bundle.Add(new EvidenceFile(folder + "entry.bin", proven.Entry));
            bundle.Add(Text(folder + "tlog-proof", ProofFile.Write(record.Sequence, proven.Path, note.Whole)));
        }

        return bundle;
    }

    /// <summary>The log at its newest checkpoint, for proofs of many records; null before the first.</summary>
    /// <exception cref="InvalidDataException">The log's files are damaged.</exception>
    public PinnedLog? Pin() =>
        files.ReadCheckpoint() is var (note, checkpoint) ? new PinnedLog(files, entries, note, checkpoint.Size) : null;

    /// <summary>Whether a record's body is what the log has in its place under the newest checkpoint.</summary>
    /// <exception cref="InvalidDataException">The log's files are damaged, or it is not.</exception>
    public bool Proves(AuditEntry record) =>
        files.ReadCheckpoint() is var (note, checkpoint)
        && record.Log == Log
        && record.Sequence >= 0
        && record.Sequence < checkpoint.Size
        && new PinnedLog(files, entries, note, checkpoint.Size).Prove(record).IsUnder(checkpoint);

    // One that witnesses have cosigned, when it is as far: it says more to somebody who does not trust this node.
    private (SignedNote Note, Checkpoint Checkpoint)? Over(long last) =>
        files.ReadWitnessed() is { } witnessed && last < witnessed.Checkpoint.Size ? witnessed : files.ReadCheckpoint();

    private static EvidenceFile Text(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));
}
