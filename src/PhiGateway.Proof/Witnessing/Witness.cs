using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Tiles;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Proof.Witnessing;

/// <summary>
/// Witnesses the logs of others, as C2SP tlog-witness has it: cosigns a checkpoint when it extends the one it cosigned before, and remembers
/// it durably before it says so. Called by the control plane; thread-safe.
/// </summary>
/// <remarks>
/// Security: what it does not know is refused. A log that signs two histories, or less than it signed before, is told of, and what it handed
/// in is kept as evidence: the log's own key has signed both.
/// </remarks>
/// <param name="directory">Folder of what it remembers: a file for each log.</param>
/// <param name="cosigner">Its key.</param>
/// <param name="logs">Keys of the logs that it witnesses, asked for anew each time; several of one name are one log's.</param>
/// <param name="clock">Clock.</param>
/// <param name="second">A key of another algorithm that signs beside it; null: none. Whoever asks knows one of the two, or both.</param>
public sealed class Witness(
    string directory,
    Cosigner cosigner,
    Func<IReadOnlyList<NoteKey>> logs,
    TimeProvider clock,
    Cosigner? second = null
)
{
    /// <summary>Longest request that is read.</summary>
    public const int MostBytes = 16 * 1024;

    // The larger sizes of a witness's day and the hashes of their origins are small; one writer at a time is enough for a fleet.
    private readonly Lock _lock = new();

    /// <summary>Told when a log contradicts itself, in words without PHI; not called under load twice for the same.</summary>
    public event Action<ProofFinding>? Contradicted;

    /// <summary>Its published keys.</summary>
    public IReadOnlyList<WitnessKey> Keys => second is null ? [cosigner.Public] : [cosigner.Public, second.Public];

    /// <summary>Takes the body of add-checkpoint.</summary>
    public WitnessAnswer Add(string body)
    {
        if (WitnessRequest.Parse(body) is not { } request)
        {
            return new WitnessAnswer(400, "The request is not one of tlog-witness.\n");
        }

        var (note, checkpoint) = (request.Note, request.Checkpoint);
        var keys = logs().Where(key => key.Name == checkpoint.Origin).ToList();
        if (keys.Count == 0)
        {
            return new WitnessAnswer(404, "The log is not witnessed here.\n");
        }

        var signers = keys.Where(note.IsSignedBy).ToList();
        if (signers.Count == 0)
        {
            return new WitnessAnswer(403, "The checkpoint is not signed by a key of the log that is known here.\n");
        }

        if (request.OldSize > checkpoint.Size)
        {
            return new WitnessAnswer(400, "The old size is above the checkpoint's.\n");
        }

        lock (_lock)
        {
            return Judge(request, signers);
        }
    }

    /// <summary>The newest checkpoint that it cosigned of a log, with its cosignature; null: there is none.</summary>
    /// <param name="originHash">SHA-256 of the log's name, in lower-case hexadecimal.</param>
    public string? Newest(string originHash)
    {
        if (originHash.Length != 64 || !originHash.All(static c => char.IsAsciiHexDigitLower(c)))
        {
            return null;
        }

        var path = Path.Combine(directory, originHash);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    /// <summary>How a log is called in paths.</summary>
    public static string HashOf(string origin) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)));

    private WitnessAnswer Judge(WitnessRequest request, List<NoteKey> signers)
    {
        var checkpoint = request.Checkpoint;
        var cosigned = Known(checkpoint.Origin);
        var known = cosigned ?? new Checkpoint(checkpoint.Origin, 0, TreeHash.Empty);
        if (checkpoint.Size < known.Size)
        {
            Tell(request, FindingCode.LogTruncated, $"The log handed in {checkpoint.Size} records; {known.Size} were cosigned before.");
        }

        if (request.OldSize != known.Size)
        {
            return Size(known);
        }

        if (checkpoint.Size == known.Size && checkpoint.Root != known.Root)
        {
            Tell(request, FindingCode.LogRewritten, $"The log signed two histories of {known.Size} records.");
            return Size(known);
        }

        if (!Extends(known, checkpoint, request.Proof))
        {
            Tell(
                request,
                FindingCode.LogRewritten,
                $"What the log signed does not begin with the {known.Size} records that were cosigned."
            );
            return new WitnessAnswer(422, "The checkpoint does not extend the one that was cosigned before.\n");
        }

        // What it has seen already it signs again without writing: anybody may hand in what is public.
        var now = clock.GetUtcNow();
        var line = cosigner.SignatureLine(request.Note.Text, now);
        line += second?.CanSign(request.Note.Text) == true ? second.SignatureLine(request.Note.Text, now) : string.Empty;
        if (checkpoint == cosigned)
        {
            return new WitnessAnswer(200, line);
        }

        // The log's own lines that hold, and ours: what a monitor is shown.
        var theirs = request
            .Note.Whole[(request.Note.Text.Length + 1)..]
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(one => SignedNote.Parse($"{request.Note.Text}\n{one}\n") is { } single && signers.Exists(single.IsSignedBy))
            .Select(static one => one + "\n");
        DurableFile.Write(Path.Combine(directory, HashOf(checkpoint.Origin)), $"{request.Note.Text}\n{string.Concat(theirs)}{line}");
        return new WitnessAnswer(200, line);
    }

    // A request of an old size of zero for a log that is known to begin is proven by nothing, as the protocol has it.
    private static bool Extends(Checkpoint known, Checkpoint checkpoint, IReadOnlyList<TreeHash> proof)
    {
        if (checkpoint.Size == 0)
        {
            return proof.Count == 0 && checkpoint.Root == TreeHash.Empty;
        }

        return TreeMath.Extends(known.Size, known.Root, checkpoint.Size, checkpoint.Root, proof);
    }

    private Checkpoint? Known(string origin)
    {
        if (Newest(HashOf(origin)) is not { } text)
        {
            return null;
        }

        return SignedNote.Parse(text) is { } note && Checkpoint.Parse(note.Text) is { } checkpoint && checkpoint.Origin == origin
            ? checkpoint
            : throw new InvalidDataException($"What the witness remembers of {origin} cannot be read. Restore it.");
    }

    private static WitnessAnswer Size(Checkpoint known) =>
        new(409, known.Size.ToString(CultureInfo.InvariantCulture) + "\n", WitnessAnswer.SizeType);

    // The first of each kind is kept: it is all that evidence needs, and nobody can fill the disk with more.
    private void Tell(WitnessRequest request, string code, string words)
    {
        var path = Path.Combine(directory, $"{HashOf(request.Checkpoint.Origin)}.{code}");
        if (File.Exists(path))
        {
            return;
        }

        DurableFile.Write(path, request.ToBody());
        Contradicted?.Invoke(new ProofFinding(code, Uri.UnescapeDataString(request.Checkpoint.Origin), request.Checkpoint.Size, words));
    }
}
