using System.Globalization;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Checkpoints;

/// <summary>
/// A log's statement of its name, size and root at one moment, in the three lines of C2SP tlog-checkpoint that are signed.
/// </summary>
/// <param name="Origin">Name of the log.</param>
/// <param name="Size">Leaves.</param>
/// <param name="Root">Root of the tree over them.</param>
public sealed record Checkpoint(string Origin, long Size, TreeHash Root)
{
    /// <summary>Name of the file that holds the newest one.</summary>
    public const string FileName = "checkpoint";

    /// <summary>Reads the text of a note; null when it is no checkpoint. Lines of extensions are passed over.</summary>
    public static Checkpoint? Parse(string text)
    {
        var lines = text.Split('\n');
        return
            lines.Length >= 4
            && lines[^1].Length == 0
            && lines[0].Length > 0
            && long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && (lines[1] == "0" || lines[1][0] != '0')
            && TreeHash.TryParse(lines[2], out var root)
            ? new Checkpoint(lines[0], size, root)
            : null;
    }

    /// <summary>The three lines.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root}\n");
}
