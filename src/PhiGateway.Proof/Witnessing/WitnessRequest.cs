using System.Globalization;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Witnessing;

/// <summary>What a log hands in to a witness: the size before, a proof from there, and the checkpoint; the body of add-checkpoint.</summary>
/// <param name="OldSize">What the witness saw last.</param>
/// <param name="Proof">That the checkpoint extends it.</param>
/// <param name="Note">The checkpoint with its signatures.</param>
/// <param name="Checkpoint">The same, read.</param>
public sealed record WitnessRequest(long OldSize, IReadOnlyList<TreeHash> Proof, SignedNote Note, Checkpoint Checkpoint)
{
    /// <summary>Most lines of a proof.</summary>
    public const int MostHashes = 63;

    private const string Old = "old ";

    /// <summary>Reads a body; null when it is none.</summary>
    public static WitnessRequest? Parse(string body)
    {
        var end = body.IndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !body.StartsWith(Old, StringComparison.Ordinal))
        {
            return null;
        }

        var lines = body[..end].Split('\n');
        var size = lines[0][Old.Length..];
        if (
            lines.Length > 1 + MostHashes
            || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var oldSize)
            || (size.Length > 1 && size[0] == '0')
        )
        {
            return null;
        }

        var proof = new List<TreeHash>(lines.Length);
        foreach (var line in lines[1..])
        {
            if (!TreeHash.TryParse(line, out var hash))
            {
                return null;
            }

            proof.Add(hash);
        }

        return SignedNote.Parse(body[(end + 2)..]) is { } note && Checkpoint.Parse(note.Text) is { } checkpoint
            ? new WitnessRequest(oldSize, proof, note, checkpoint)
            : null;
    }

    /// <summary>The body.</summary>
    public string ToBody() =>
        string.Create(CultureInfo.InvariantCulture, $"{Old}{OldSize}\n")
        + string.Concat(Proof.Select(static hash => hash + "\n"))
        + "\n"
        + Note.Whole;
}
