using System.Globalization;
using System.Text;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Evidence;

/// <summary>A proof of inclusion as a small text, as C2SP tlog-proof has it: place, path and checkpoint.</summary>
public static class ProofFile
{
    private const string Head = "c2sp.org/tlog-proof@v1\n";

    /// <summary>Writes it.</summary>
    public static string Write(long index, IReadOnlyList<TreeHash> path, string checkpoint)
    {
        var text = new StringBuilder(Head);
        text.Append("index ").Append(index.ToString(CultureInfo.InvariantCulture)).Append('\n');
        foreach (var hash in path)
        {
            text.Append(hash).Append('\n');
        }

        return text.Append('\n').Append(checkpoint).ToString();
    }

    /// <summary>Reads it; null when it is none.</summary>
    public static (long Index, IReadOnlyList<TreeHash> Path, string Checkpoint)? Read(string text)
    {
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        if (!text.StartsWith(Head, StringComparison.Ordinal) || split < Head.Length)
        {
            return null;
        }

        var lines = text[Head.Length..split].Split('\n');
        var at = lines[0].StartsWith("extra ", StringComparison.Ordinal) ? 1 : 0;
        if (
            lines.Length <= at
            || !lines[at].StartsWith("index ", StringComparison.Ordinal)
            || !long.TryParse(lines[at].AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
        )
        {
            return null;
        }

        var path = new List<TreeHash>();
        foreach (var line in lines[(at + 1)..])
        {
            if (!TreeHash.TryParse(line, out var hash))
            {
                return null;
            }

            path.Add(hash);
        }

        return (index, path, text[(split + 2)..]);
    }
}
