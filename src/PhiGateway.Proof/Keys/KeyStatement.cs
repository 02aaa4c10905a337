using System.Globalization;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Keys;

/// <summary>
/// Which keys sign a log's checkpoints from a size on, and what the tree was at that size; signed by the evolving key before, which is
/// destroyed then.
/// </summary>
/// <remarks>
/// The chain of statements is what makes the log forward secure: whoever reads the node's files afterwards holds the newest evolving key
/// only, and with it cannot make another statement about an earlier size.
/// </remarks>
public sealed record KeyStatement
{
    private const string Head = "phigw-log-keys/v1";

    /// <summary>0 for the first.</summary>
    public required int Number { get; init; }

    /// <summary>Name of the log.</summary>
    public required string Origin { get; init; }

    /// <summary>From this size on.</summary>
    public required long Size { get; init; }

    /// <summary>Root of the tree at that size.</summary>
    public required TreeHash Root { get; init; }

    /// <summary>Signs until the next statement.</summary>
    public required NoteKey Evolving { get; init; }

    /// <summary>Keys of the log itself: one, or two during a rotation.</summary>
    public required IReadOnlyList<NoteKey> LogKeys { get; init; }

    /// <summary>Name of the file of a statement.</summary>
    public static string FileName(int number) => "keys/" + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the text of a note; null when it is no statement.</summary>
    public static KeyStatement? Parse(string text)
    {
        var lines = text.Split('\n');
        if (
            lines.Length < 8
            || lines[^1].Length > 0
            || lines[0] != Head
            || !int.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || !TreeHash.TryParse(lines[4], out var root)
            || KeyOf(lines[5], "evolving ") is not { } evolving
        )
        {
            return null;
        }

        var keys = lines[6..^1].Select(static line => KeyOf(line, "log ")).ToList();
        return keys.Contains(null)
            ? null
            : new KeyStatement
            {
                Number = number,
                Origin = lines[1],
                Size = size,
                Root = root,
                Evolving = evolving,
                LogKeys = [.. keys.OfType<NoteKey>()],
            };
    }

    /// <summary>The lines that are signed.</summary>
    public string ToText() =>
        string.Create(CultureInfo.InvariantCulture, $"{Head}\n{Origin}\n{Number}\n{Size}\n{Root}\nevolving {Evolving}\n")
        + string.Concat(LogKeys.Select(static key => $"log {key}\n"));

    private static NoteKey? KeyOf(string line, string start) =>
        line.StartsWith(start, StringComparison.Ordinal) ? NoteKey.Parse(line[start.Length..]) : null;
}
