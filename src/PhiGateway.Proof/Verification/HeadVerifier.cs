using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Keys;

namespace PhiGateway.Proof.Verification;

/// <summary>
/// Compares a log with the heads that it stored where its node cannot write again; finds a log that was cut off or made anew, keys and all.
/// </summary>
public static class HeadVerifier
{
    /// <summary>Compares the heads of one log.</summary>
    public static void Verify(VerifiedLog log, IReadOnlyList<LogHead> heads, FindingList findings)
    {
        var tree = log.Tree();
        foreach (var head in heads)
        {
            try
            {
                if (SignedNote.Parse(head.Note) is not { } note)
                {
                    findings.Add(FindingCode.LogRewritten, head.Size, "A head in the store is no signed note.");
                }
                else if (head.Kind == LogHeadKind.Keys)
                {
                    VerifyStatement(log, note, findings);
                }
                else
                {
                    VerifyCheckpoint(log, tree, note, findings);
                }
            }
            catch (InvalidDataException e)
            {
                findings.Add(FindingCode.LogDamaged, head.Size, e.Message);
            }
        }
    }

    private static void VerifyStatement(VerifiedLog log, SignedNote note, FindingList findings)
    {
        var said = KeyStatement.Parse(note.Text);
        if (said is null || said.Number >= log.Keys.Statements.Count)
        {
            findings.Add(FindingCode.LogTruncated, said?.Size, "The store has a statement of keys that the log has not.");
        }
        else if (log.Keys.Statements[said.Number].ToText() != note.Text)
        {
            findings.Add(FindingCode.KeysForged, said.Size, $"Statement {said.Number} of the keys is another one in the store.");
        }
    }

    private static void VerifyCheckpoint(VerifiedLog log, Tiles.TileTree tree, SignedNote note, FindingList findings)
    {
        var said = Checkpoint.Parse(note.Text);
        if (said is null || !log.Keys.Accepts(note, said))
        {
            findings.Add(
                FindingCode.KeysForged,
                said?.Size,
                "A checkpoint in the store is not signed by the keys that the log has: one of the two was made anew."
            );
        }
        else if (said.Size > log.Checkpoint.Size)
        {
            findings.Add(
                FindingCode.LogTruncated,
                log.Checkpoint.Size,
                $"The log has {log.Checkpoint.Size} records; it had {said.Size} when it signed the checkpoint in the store."
            );
        }
        else if (tree.RootAt(said.Size) != said.Root)
        {
            findings.Add(
                FindingCode.LogRewritten,
                said.Size,
                $"The first {said.Size} records of the log are not those that it signed; the checkpoint in the store tells."
            );
        }
    }
}
