using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Fleet;

/// <summary>One head of a node's log as the fleet log holds it: its line in the file of heads, and its entry in the tree.</summary>
internal static class FleetHead
{
    /// <summary>Name of the file that holds the heads themselves, one a line, in the order of the tree.</summary>
    public const string FileName = "heads.ndjson";

    /// <summary>The entry: whose head it is, when it was sent, which note it is and which root it names.</summary>
    public static LogEntry EntryOf(long index, LogHead head) =>
        new()
        {
            Flags = LogEntry.OfAHead,
            Sequence = index,
            Nanoseconds = LogEntry.NanosecondsOf(head.Time),
            Id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(head.Log)).AsSpan(0, 16), bigEndian: true),
            Body = new TreeHash(SHA256.HashData(Encoding.UTF8.GetBytes(head.Note))),
            Patients = RootOf(head) ?? default,
        };

    /// <summary>Its line, without the line feed.</summary>
    public static string LineOf(LogHead head) =>
        new JsonObject
        {
            ["log"] = head.Log,
            ["size"] = head.Size,
            ["kind"] = (int)head.Kind,
            ["note"] = head.Note,
            ["time"] = head.Time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        }.ToJsonString();

    /// <summary>Reads a line; null when it is none.</summary>
    public static LogHead? Read(string line)
    {
        try
        {
            return
                JsonNode.Parse(line) is JsonObject read
                && (string?)read["log"] is { } log
                && (string?)read["note"] is { } note
                && DateTimeOffset.TryParse((string?)read["time"], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time)
                ? AsItsNoteSays(new LogHead(log, (long)read["size"]!, (LogHeadKind)(int)read["kind"]!, note, time))
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            return null;
        }
    }

    // The entry binds the note, not the line's own words for it. What is neither of the two is refused by whoever compares the entries.
    private static LogHead? AsItsNoteSays(LogHead head)
    {
        if (SignedNote.Parse(head.Note) is not { } note)
        {
            return null;
        }

        var isOther = Checkpoint.Parse(note.Text) is { } checkpoint
            ? head.Kind != LogHeadKind.Checkpoint || checkpoint.Size != head.Size
            : KeyStatement.Parse(note.Text) is not null && head.Kind != LogHeadKind.Keys;
        return isOther ? null : head;
    }

    /// <summary>The root that a head names; null when it is no checkpoint and no statement of keys.</summary>
    public static TreeHash? RootOf(LogHead head) =>
        SignedNote.Parse(head.Note) is { } note ? Checkpoint.Parse(note.Text)?.Root ?? KeyStatement.Parse(note.Text)?.Root : null;
}
