using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Verification;

/// <summary>
/// Verifies the published files of one log by themselves: chain of keys, checkpoint, every entry and every tile. Needs no secret.
/// </summary>
public static class LogVerifier
{
    /// <summary>Keys and checkpoint; null when they do not hold.</summary>
    /// <param name="files">The published files.</param>
    /// <param name="name">Name of the log.</param>
    /// <param name="trusted">A key of the log that the verifier has from elsewhere; null: the first statement is taken as it stands.</param>
    /// <param name="findings">Takes what is wrong.</param>
    public static VerifiedLog? Open(LogFiles files, string name, NoteKey? trusted, FindingList findings)
    {
        var origin = LogOrigin.Of(name);
        try
        {
            var history = KeyHistory.Verify(files.ReadStatements(), origin, out var problem);
            if (history is null)
            {
                findings.Add(FindingCode.KeysForged, null, problem!);
                return null;
            }

            if (trusted is not null && !history.AllLogKeys.Any(key => key.ToString() == trusted.ToString()))
            {
                findings.Add(FindingCode.KeysForged, null, "The log never had the key that is trusted.");
                return null;
            }

            if (files.ReadCheckpoint() is not var (note, checkpoint))
            {
                findings.Add(FindingCode.LogTruncated, null, "The log has keys but no checkpoint.");
                return null;
            }

            if (checkpoint.Origin == origin && history.Accepts(note, checkpoint))
            {
                return new VerifiedLog(name, files, checkpoint, history);
            }

            findings.Add(FindingCode.CheckpointForged, checkpoint.Size, "The checkpoint is not signed by the keys in force at its size.");
        }
        catch (InvalidDataException e)
        {
            findings.Add(FindingCode.LogDamaged, null, e.Message);
        }

        return null;
    }

    /// <summary>Every entry, every tile, the root; and the roots at which keys changed.</summary>
    public static void VerifyTiles(VerifiedLog log, FindingList findings)
    {
        var (files, size) = (log.Files, log.Checkpoint.Size);
        var edge = new TileEdge();
        uint epoch = 0;
        for (long tile = 0; tile * TilePath.Width < size; tile++)
        {
            var width = TilePath.WidthIn(size, 0, tile);
            if (files.Tiles.ReadBundle(tile, width) is not { } bundle)
            {
                findings.Add(FindingCode.LogDamaged, tile * TilePath.Width, $"{TilePath.OfEntries(tile, width)} is missing or too short.");
                return;
            }

            for (var place = 0; place < width; place++)
            {
                var index = (tile * TilePath.Width) + place;
                if (!LogEntry.TryRead(EntryBundle.At(bundle, place), out var entry) || entry.Sequence != index || entry.Epoch < epoch)
                {
                    findings.Add(FindingCode.LogDamaged, index, "The entry cannot be read, or is that of another place.");
                    return;
                }

                epoch = entry.Epoch;
                edge.Add(entry.Leaf(), (level, at, hashes) => Compare(files, level, at, hashes, findings));
            }
        }

        for (var level = 0; level < edge.Levels; level++)
        {
            var rest = edge.Partial(level);
            if (!rest.IsEmpty)
            {
                Compare(files, level, (size >> (level * TilePath.Height)) / TilePath.Width, rest, findings);
            }
        }

        if (edge.Root() != log.Checkpoint.Root)
        {
            findings.Add(FindingCode.LogRewritten, null, "The entries are not those under the signed checkpoint.");
            return;
        }

        VerifyStatements(log, findings);
    }

    private static void VerifyStatements(VerifiedLog log, FindingList findings)
    {
        try
        {
            var tree = log.Tree();
            foreach (var statement in log.Keys.Statements)
            {
                if (statement.Size > log.Checkpoint.Size)
                {
                    findings.Add(
                        FindingCode.LogTruncated,
                        log.Checkpoint.Size,
                        $"Keys changed at size {statement.Size}; the checkpoint is older."
                    );
                }
                else if (tree.RootAt(statement.Size) != statement.Root)
                {
                    findings.Add(
                        FindingCode.LogRewritten,
                        statement.Size,
                        $"The log is not the one that was signed at size {statement.Size}, when its keys changed."
                    );
                }
            }
        }
        catch (InvalidDataException e)
        {
            findings.Add(FindingCode.LogDamaged, null, e.Message);
        }
    }

    private static void Compare(LogFiles files, int level, long index, ReadOnlySpan<TreeHash> hashes, FindingList findings)
    {
        var stored = files.Tiles.ReadHashes(level, index, hashes.Length);
        if (stored is null || !TreeMath.Hashes(stored).AsSpan().SequenceEqual(hashes))
        {
            findings.Add(
                FindingCode.LogDamaged,
                level == 0 ? index * TilePath.Width : null,
                $"{TilePath.OfHashes(level, index, hashes.Length)} is missing or is not the hash of what is below it."
            );
        }
    }
}
