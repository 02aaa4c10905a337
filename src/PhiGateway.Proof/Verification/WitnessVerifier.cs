using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;

namespace PhiGateway.Proof.Verification;

/// <summary>
/// Compares a log with the checkpoint that its witnesses have cosigned, and holds that against a policy: who trusts the witnesses need not
/// trust the node.
/// </summary>
public static class WitnessVerifier
{
    /// <summary>The cosigned checkpoint, where there is one, must be what the log was.</summary>
    public static void Compare(VerifiedLog log, FindingList findings)
    {
        try
        {
            if (log.Files.ReadWitnessed() is not var (_, witnessed))
            {
                return;
            }

            if (witnessed.Origin != log.Checkpoint.Origin)
            {
                findings.Add(FindingCode.LogDamaged, null, "The cosigned checkpoint is that of another log.");
            }
            else if (witnessed.Size > log.Checkpoint.Size)
            {
                findings.Add(
                    FindingCode.LogTruncated,
                    log.Checkpoint.Size,
                    $"The log has {log.Checkpoint.Size} records; {witnessed.Size} were cosigned by witnesses."
                );
            }
            else if (log.Tree().RootAt(witnessed.Size) != witnessed.Root)
            {
                findings.Add(
                    FindingCode.LogRewritten,
                    witnessed.Size,
                    $"The first {witnessed.Size} records of the log are not those that witnesses have cosigned."
                );
            }
        }
        catch (InvalidDataException e)
        {
            findings.Add(FindingCode.LogDamaged, null, e.Message);
        }
    }

    /// <summary>There must be a cosigned checkpoint, by a log and by as many witnesses as the policy names.</summary>
    public static void Verify(VerifiedLog log, WitnessPolicy policy, FindingList findings)
    {
        SignedNote? note;
        try
        {
            note = log.Files.ReadWitnessed()?.Note ?? log.Files.ReadCheckpoint()?.Note;
        }
        catch (InvalidDataException)
        {
            // Said by Compare.
            return;
        }

        if (note is null || !policy.KnowsLogOf(note))
        {
            findings.Add(FindingCode.KeysForged, null, "No checkpoint is signed by a log that the policy names.");
        }
        else if (!policy.IsMet(note))
        {
            findings.Add(
                FindingCode.CheckpointUnwitnessed,
                Checkpoint.Parse(note.Text)?.Size,
                "No checkpoint was cosigned by as many witnesses as the policy asks for."
            );
        }
    }
}
