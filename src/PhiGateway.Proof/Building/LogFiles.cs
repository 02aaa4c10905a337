using System.Globalization;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Building;

/// <summary>
/// Writes and reads the published files of one log: tiles, checkpoint, statements of its keys. Read by everybody, written by the builder.
/// </summary>
public sealed class LogFiles(string folder)
{
    /// <summary>Name of the file with the newest checkpoint that enough witnesses have cosigned.</summary>
    public const string WitnessedName = "witnessed";

    private const string DurableName = "durable";

    /// <summary>The folder of this generation.</summary>
    public string Folder => folder;

    /// <summary>Its tiles.</summary>
    public TileFolder Tiles { get; } = new(folder);

    /// <summary>Lines about witnesses that stand in the policy file, with its quorum; null: no witness is asked for.</summary>
    public string? WitnessLines { get; set; }

    /// <summary>The newest checkpoint as a note; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The file is no checkpoint.</exception>
    public (SignedNote Note, Checkpoint Checkpoint)? ReadCheckpoint() => ReadCheckpoint(Checkpoint.FileName);

    /// <summary>The newest checkpoint that enough witnesses have cosigned; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The file is no checkpoint.</exception>
    public (SignedNote Note, Checkpoint Checkpoint)? ReadWitnessed() => ReadCheckpoint(WitnessedName);

    private (SignedNote Note, Checkpoint Checkpoint)? ReadCheckpoint(string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        return SignedNote.Parse(File.ReadAllText(path)) is { } note && Checkpoint.Parse(note.Text) is { } checkpoint
            ? (note, checkpoint)
            : throw new InvalidDataException($"{path} is no checkpoint.");
    }

    /// <summary>The statements of the log's keys in order of their numbers, unverified.</summary>
    /// <exception cref="InvalidDataException">A file is no note.</exception>
    public IReadOnlyList<SignedNote> ReadStatements()
    {
        var notes = new List<SignedNote>();
        while (true)
        {
            var path = Path.Combine(folder, KeyStatement.FileName(notes.Count));
            if (!File.Exists(path))
            {
                return notes;
            }

            notes.Add(SignedNote.Parse(File.ReadAllText(path)) ?? throw new InvalidDataException($"{path} is no signed note."));
        }
    }

    /// <summary>One entry of a tree of this size; null when it is not there or not an entry.</summary>
    public LogEntry? ReadEntry(long index, long size)
    {
        var tile = index / TilePath.Width;
        var bundle = Tiles.ReadBundle(tile, TilePath.WidthIn(size, 0, tile));
        return bundle is not null && LogEntry.TryRead(EntryBundle.At(bundle, (int)(index % TilePath.Width)), out var entry) ? entry : null;
    }

    internal void WriteCheckpoint(SignedNote note) => DurableFile.Write(Path.Combine(folder, Checkpoint.FileName), note.Whole);

    internal void WriteWitnessed(SignedNote note) => DurableFile.Write(Path.Combine(folder, WitnessedName), note.Whole);

    /// <summary>Keeps what a witness showed and this log contradicts.</summary>
    internal void WriteContradiction(string witness, SignedNote shown) =>
        DurableFile.Write(Path.Combine(folder, "contradiction-" + witness), shown.Whole);

    /// <summary>Publishes the log's keys for those who configure a witness or a verifier.</summary>
    internal void WriteKeys(IEnumerable<NoteKey> keys)
    {
        var lines = keys.Select(static key => key.ToString()).ToList();
        DurableFile.Write(Path.Combine(folder, "vkeys"), string.Concat(lines.Select(static line => line + "\n")));
        DurableFile.Write(
            Path.Combine(folder, "policy"),
            string.Concat(lines.Select(static line => $"log {line}\n")) + (WitnessLines ?? "quorum none\n")
        );
    }

    /// <summary>Full tiles of leaves that stand after a power cut.</summary>
    internal long ReadDurable()
    {
        var path = Path.Combine(folder, DurableName);
        if (!File.Exists(path))
        {
            return 0;
        }

        return long.TryParse(File.ReadAllText(path).TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var tiles)
            ? tiles
            : throw new InvalidDataException($"{path} does not hold a number.");
    }

    internal void WriteDurable(long tiles) =>
        DurableFile.Write(Path.Combine(folder, DurableName), tiles.ToString(CultureInfo.InvariantCulture) + "\n");
}
