using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Tiles;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Proof.Fleet;

/// <summary>
/// Verifies a copy of a fleet log, and holds its heads against the logs of nodes: what one of them has signed and has no longer. For
/// <c>phigw</c>; needs no secret.
/// </summary>
public static class FleetVerifier
{
    /// <summary>Verifies signature, tree and heads, and gives the heads in their order.</summary>
    /// <param name="folder">The published files.</param>
    /// <param name="trusted">The fleet log's key, known from elsewhere; null: the one in the folder is taken.</param>
    /// <param name="policy">Which witnesses must have cosigned it; null: none is asked for.</param>
    /// <exception cref="InvalidDataException">It does not hold; in words that name the fault.</exception>
    public static IReadOnlyList<LogHead> Read(string folder, NoteKey? trusted, WitnessPolicy? policy = null)
    {
        var files = new LogFiles(folder);
        if (files.ReadCheckpoint() is not var (note, checkpoint))
        {
            throw new InvalidDataException($"{folder} has no checkpoint of a fleet log.");
        }

        var published = Path.Combine(folder, "vkey");
        var key =
            trusted
            ?? (File.Exists(published) ? NoteKey.Parse(File.ReadAllText(published).Trim()) : null)
            ?? throw new InvalidDataException($"{folder} has no key of a fleet log.");
        if (checkpoint.Origin != key.Name || !note.IsSignedBy(key))
        {
            throw new InvalidDataException("The fleet log's checkpoint is not signed by its key.");
        }

        var witnessed = Witnessed(files, key, checkpoint.Size, policy);
        var heads = new List<LogHead>();
        var edge = new TileEdge();
        foreach (var line in File.ReadLines(Path.Combine(folder, FleetHead.FileName)).Take((int)Math.Min(checkpoint.Size, int.MaxValue)))
        {
            var head = FleetHead.Read(line) ?? throw new InvalidDataException($"Head {heads.Count} of the fleet log cannot be read.");
            var entry = FleetHead.EntryOf(heads.Count, head);
            if (files.ReadEntry(heads.Count, checkpoint.Size) != entry)
            {
                throw new InvalidDataException($"Head {heads.Count} of the fleet log, of {head.Log}, is not the one that it took.");
            }

            edge.Add(entry.Leaf(), static (_, _, _) => { });
            heads.Add(head);
            if (heads.Count == witnessed?.Size && edge.Root() != witnessed.Root)
            {
                throw new InvalidDataException(
                    $"The first {heads.Count} heads of the fleet log are not those that witnesses have cosigned."
                );
            }
        }

        if (heads.Count < checkpoint.Size)
        {
            throw new InvalidDataException($"The fleet log has {heads.Count} heads; it signed {checkpoint.Size}.");
        }

        return edge.Root() == checkpoint.Root
            ? heads
            : throw new InvalidDataException("The heads of the fleet log are not those under its checkpoint.");
    }

    // Who trusts the witnesses need not trust the node that keeps it.
    private static Checkpoint? Witnessed(LogFiles files, NoteKey key, long size, WitnessPolicy? policy)
    {
        var cosigned = files.ReadWitnessed();
        if (policy is not null && (cosigned is not var (note, _) || !note.IsSignedBy(key) || !policy.IsMet(note)))
        {
            throw new InvalidDataException("No checkpoint of the fleet log was cosigned by as many witnesses as the policy asks for.");
        }

        return cosigned is var (_, witnessed) && witnessed.Size > size
            ? throw new InvalidDataException(
                $"The fleet log has {size} heads; {witnessed.Size} were cosigned by witnesses: it was put back."
            )
            : cosigned?.Checkpoint;
    }

    /// <summary>Whether the proof of one head holds: its note, its place in the fleet log, the fleet's signature.</summary>
    public static bool Holds(FleetProof proof, NoteKey key) =>
        Evidence.ProofFile.Read(proof.Proof) is var (index, path, whole)
        && SignedNote.Parse(whole) is { } note
        && note.IsSignedBy(key)
        && Checkpoint.Parse(note.Text) is { } checkpoint
        && checkpoint.Origin == key.Name
        && TreeMath.Includes(index, checkpoint.Size, FleetHead.EntryOf(index, proof.Head).Leaf(), path, checkpoint.Root);
}
