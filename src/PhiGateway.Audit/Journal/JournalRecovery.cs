using System.Globalization;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal;

/// <summary>Reads a whole journal directory and returns where it ends, or throws why it must not be used. Changes nothing.</summary>
internal static class JournalRecovery
{
    /// <exception cref="JournalOpenException">Records that were acknowledged are damaged or missing.</exception>
    public static RecoveredJournal Read(string directory)
    {
        var checkpoint = JournalCheckpoint.Read(directory);
        var shipped = ShippedCursor.Read(directory);
        var paths = Directory.GetFiles(directory, "*.segment");
        Array.Sort(paths, StringComparer.Ordinal);
        if (checkpoint is null)
        {
            return paths.Length == 0 && shipped < 0
                ? new RecoveredJournal(null, -1, [], null)
                : throw new JournalOpenException(
                    $"The journal in {directory} has segments but no {JournalCheckpoint.FileName}: whether records "
                        + "are missing cannot be told. Restore the file or start a new journal in another directory."
                );
        }

        if (paths.Length == 0)
        {
            return checkpoint.Sequence < 0
                ? new RecoveredJournal(checkpoint, shipped, [], null) { Enforced = checkpoint.Enforced }
                : throw Missing(directory, 0, checkpoint.Sequence);
        }

        var scan = new DirectoryScan(directory, checkpoint, shipped);
        foreach (var path in paths)
        {
            scan.Add(path, last: path == paths[^1]);
        }

        return scan.Finish();
    }

    private static JournalOpenException Missing(string directory, long from, long to) =>
        new(
            $"The journal in {directory} has lost records {Text(from)} to {Text(to)}, which were acknowledged as durable. "
                + "Nothing was changed. Restore the files, or start a new journal in another directory and keep this one as evidence."
        );

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class DirectoryScan(string directory, CheckpointState checkpoint, long shipped)
    {
        private readonly List<Segment> _segments = [];
        private readonly OpenActs _acts = new();
        private readonly EnforcedRevision _enforced = new();
        private readonly byte[] _chain = new byte[JournalChain.HashBytes];
        private SegmentTail? _tail;
        private long _next;
        private bool _checkpointSeen = checkpoint.Sequence < 0;

        public void Add(string path, bool last)
        {
            using var reader = new SegmentScanner(path);
            var header = reader.Header;
            if (header is null || header.Log != checkpoint.Log || Path.GetFileName(path) != SegmentHeader.FileName(header.FirstSequence))
            {
                throw new JournalOpenException(
                    $"{path} is no segment of the log {checkpoint.Log}, or its header is damaged. Nothing was changed."
                );
            }

            if (_segments.Count == 0)
            {
                if (header.FirstSequence > shipped + 1)
                {
                    throw Missing(directory, shipped + 1, header.FirstSequence - 1);
                }

                _next = header.FirstSequence;
                header.PreviousHash.CopyTo(_chain, 0);

                // A power cut takes what of the checkpoint was not flushed: it may be older than what was recycled since, which the cursor says was
                // shipped.
                _checkpointSeen |=
                    checkpoint.Sequence < _next - 1
                    || (checkpoint.Sequence == _next - 1 && checkpoint.ChainHash.AsSpan().SequenceEqual(_chain));
            }
            else if (header.FirstSequence != _next)
            {
                throw Missing(directory, _next, header.FirstSequence - 1);
            }
            else if (!header.PreviousHash.AsSpan().SequenceEqual(_chain))
            {
                throw new JournalOpenException($"{path} does not continue the segment before it. Nothing was changed.");
            }

            var segment = new Segment(path, _next);
            Scan(reader, segment, last);
            _segments.Add(segment);
        }

        public RecoveredJournal Finish()
        {
            if (_next - 1 < checkpoint.Sequence)
            {
                throw Missing(directory, _next, checkpoint.Sequence);
            }

            return _checkpointSeen
                ? new RecoveredJournal(checkpoint, shipped, _segments, _tail)
                {
                    End = new JournalTail(_next - 1, _chain, _tail!.LastBlock),
                    Acts = _acts,
                    Enforced = _enforced.With(checkpoint),
                }
                : throw new JournalOpenException(
                    $"The journal in {directory} holds another record at {Text(checkpoint.Sequence)} than "
                        + "the one that was acknowledged: it was replaced or rolled back. Nothing was changed."
                );
        }

        private void Scan(SegmentScanner reader, Segment segment, bool last)
        {
            Span<byte> expected = stackalloc byte[JournalChain.HashBytes];
            while (reader.TryRead(out var frame, out var hash, out var body))
            {
                if (frame.Sequence != _next)
                {
                    throw Damaged(reader, "holds another record where this one belongs");
                }

                JournalChain.Link(_chain, _next, body, expected);
                if (!expected.SequenceEqual(hash))
                {
                    throw Damaged(reader, "does not match the hash chain");
                }

                expected.CopyTo(_chain);
                _checkpointSeen |= frame.Sequence == checkpoint.Sequence && expected.SequenceEqual(checkpoint.ChainHash);
                var head = RecordHead.Read(body);
                _acts.Observe(_next, head, body);
                _enforced.Observe(_next, head);
                segment.LastSequence = _next++;
                segment.End = reader.Position;
            }

            if (!last)
            {
                if (reader.RestIsDirty())
                {
                    throw Damaged(reader, "is damaged");
                }

                return;
            }

            _tail = reader.ReadTail(_next);
            if (_tail.LaterDurable is { } later)
            {
                throw Damaged(reader, $"is damaged, and record {Text(later)} behind it is whole");
            }
        }

        private JournalOpenException Damaged(SegmentScanner reader, string what) =>
            new(
                $"{reader.Path}: record {Text(_next)} at offset {Text(reader.Position)} {what}. Nothing was changed. "
                    + "Restore the file, or start a new journal in another directory and keep this one as evidence."
            );
    }
}

/// <summary>The result of recovery: checkpoint, cursor, segments and tail of a journal directory.</summary>
/// <param name="Checkpoint">Null for a new journal.</param>
/// <param name="Shipped">Cursor of the shipper.</param>
/// <param name="Segments">Oldest first.</param>
/// <param name="Tail">What follows the last record; null when there is no segment.</param>
internal sealed record RecoveredJournal(CheckpointState? Checkpoint, long Shipped, IReadOnlyList<Segment> Segments, SegmentTail? Tail)
{
    public JournalTail? End { get; init; }

    public OpenActs Acts { get; init; } = new();

    /// <summary>The newest registry revision that was enforced; 0: none.</summary>
    public long Enforced { get; init; }
}
