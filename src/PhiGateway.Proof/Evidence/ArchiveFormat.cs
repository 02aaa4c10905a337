using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Evidence;

/// <summary>
/// Writes and reads the lines of an archive: records that outlive the store, each with its proof, a JSON object a line. Written by the control
/// plane's export, read by <c>phigw</c> without either.
/// </summary>
/// <remarks>
/// A line says what the file is; before the first record of a log stands its checkpoint with its keys; the last line counts what is in it and
/// what is not. Without it the file is not whole.
/// </remarks>
public static class ArchiveFormat
{
    /// <summary>Media type of an archive.</summary>
    public const string MediaType = "application/vnd.phigw.archive+x-ndjson";

    private const string Version = "phigw-audit/1";

    /// <summary>The first line.</summary>
    public static string Head { get; } = new JsonObject { ["archive"] = Version }.ToJsonString();

    /// <summary>What stands before the first record of a log.</summary>
    public static string OfLog(string log, PinnedLog pinned) =>
        new JsonObject
        {
            ["log"] = log,
            ["checkpoint"] = pinned.Checkpoint,
            ["keys"] = new JsonArray([.. pinned.Statements.Select(static statement => (JsonNode)statement)]),
        }.ToJsonString();

    /// <summary>One record.</summary>
    public static string OfRecord(string log, ProvenRecord record) =>
        new JsonObject
        {
            ["log"] = log,
            ["sequence"] = record.Sequence,
            ["body"] = Convert.ToBase64String(record.Body),
            ["salt"] = Convert.ToBase64String(record.Salt),
            ["entry"] = Convert.ToBase64String(record.Entry),
            ["chain"] = record.ChainHash is { } chain ? Convert.ToBase64String(chain) : null,
            ["path"] = new JsonArray([.. record.Path.Select(static hash => (JsonNode)hash.ToString())]),
        }.ToJsonString();

    /// <summary>The last line.</summary>
    /// <param name="records">Records in it.</param>
    /// <param name="uncovered">Records that were found and that no checkpoint covered.</param>
    /// <param name="destroyed">Records that were found and of which the content was destroyed.</param>
    /// <param name="elsewhere">Records that were found, of logs that the node does not keep.</param>
    /// <param name="digest">SHA-256 over every line before, line feeds included.</param>
    public static string End(
        long records,
        long uncovered,
        long destroyed,
        IReadOnlyDictionary<string, long> elsewhere,
        ReadOnlySpan<byte> digest
    ) =>
        new JsonObject
        {
            ["end"] = records,
            ["uncovered"] = uncovered,
            ["destroyed"] = destroyed,
            ["sha256"] = Convert.ToHexStringLower(digest),
            ["elsewhere"] = new JsonObject(elsewhere.Select(static log => KeyValuePair.Create(log.Key, (JsonNode?)log.Value))),
        }.ToJsonString();

    /// <summary>Reads an archive, line by line; each record that it gives was verified.</summary>
    /// <param name="lines">Its lines.</param>
    /// <param name="trusted">Keys of logs that are known from elsewhere; empty: those in the file are taken, which proves only that it fits together.</param>
    /// <exception cref="InvalidDataException">It is no archive, is cut, or a record is not what its log has; in words.</exception>
    public static IEnumerable<(string Log, ProvenRecord Record)> Read(IEnumerable<string> lines, IReadOnlyList<NoteKey> trusted)
    {
        var logs = new Dictionary<string, Checkpoint>(StringComparer.Ordinal);
        long records = 0;
        var number = 0;
        var ended = false;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in lines)
        {
            number++;
            if (ended)
            {
                throw new InvalidDataException($"Line {number} stands behind the end.");
            }

            var read = Parse(line) ?? throw new InvalidDataException($"Line {number} cannot be read.");
            if (number == 1)
            {
                ended =
                    Text(read, "archive") == Version ? ended : throw new InvalidDataException("The file is no archive of this version.");
            }
            else if (read.ContainsKey("end"))
            {
                ended = Number(read, "end") == records ? true : throw new InvalidDataException("Records are missing, or too many.");

                // Archives of before have none: there each record is what its log has, and so many there are.
                if (read["sha256"] is not null && Text(read, "sha256") != Convert.ToHexStringLower(digest.GetCurrentHash()))
                {
                    throw new InvalidDataException("The digest at the archive's end is not that of its lines.");
                }
            }
            else if (read.ContainsKey("checkpoint"))
            {
                AddLog(read, logs, trusted, number);
            }
            else
            {
                records++;
                var (log, record) = RecordOf(read) ?? throw new InvalidDataException($"Line {number} is no record.");
                yield return logs.TryGetValue(log, out var checkpoint) && record.IsUnder(checkpoint)
                    ? (log, record)
                    : throw new InvalidDataException($"Line {number}: record {record.Sequence} is not the one that {log} has.");
            }

            digest.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
        }

        if (!ended)
        {
            throw new InvalidDataException("The archive is cut: its end is missing.");
        }
    }

    private static void AddLog(JsonObject read, Dictionary<string, Checkpoint> logs, IReadOnlyList<NoteKey> trusted, int number)
    {
        var notes = (read["keys"] as JsonArray)?.Select(static one => SignedNote.Parse((string?)one ?? string.Empty)).ToList();
        if (
            Text(read, "log") is not { } log
            || SignedNote.Parse(Text(read, "checkpoint") ?? string.Empty) is not { } note
            || Checkpoint.Parse(note.Text) is not { } checkpoint
            || Uri.UnescapeDataString(checkpoint.Origin) != log
            || notes is null
            || notes.Contains(null)
            || KeyHistory.Verify([.. notes.OfType<SignedNote>()], checkpoint.Origin, out _) is not { } history
            || !history.Accepts(note, checkpoint)
            || !logs.TryAdd(log, checkpoint)
        )
        {
            throw new InvalidDataException($"Line {number}: the checkpoint is not signed by the keys of its log.");
        }

        if (trusted.Count > 0 && !trusted.Any(key => history.AllLogKeys.Any(known => known.ToString() == key.ToString())))
        {
            throw new InvalidDataException($"Line {number}: {log} never had one of the keys that are trusted.");
        }
    }

    private static (string Log, ProvenRecord Record)? RecordOf(JsonObject read)
    {
        var path = new List<TreeHash>();
        foreach (var step in read["path"] as JsonArray ?? [])
        {
            if (step?.GetValueKind() != JsonValueKind.String || !TreeHash.TryParse((string)step!, out var hash))
            {
                return null;
            }

            path.Add(hash);
        }

        return
            Text(read, "log") is { } log
            && Number(read, "sequence") is { } sequence and >= 0
            && Bytes(read, "body") is { } body
            && Bytes(read, "salt") is { } salt
            && Bytes(read, "entry") is { } entry
            && Bytes(read, "chain") is var chain
            && chain is null or { Length: 32 }
            ? (log, new ProvenRecord(sequence, body, salt, entry, path) { ChainHash = chain })
            : null;
    }

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject read, string name) =>
        read[name]?.GetValueKind() == JsonValueKind.String ? (string?)read[name] : null;

    private static long? Number(JsonObject read, string name) =>
        read[name] is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;

    private static byte[]? Bytes(JsonObject read, string name)
    {
        try
        {
            return Text(read, name) is { } text ? Convert.FromBase64String(text) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
