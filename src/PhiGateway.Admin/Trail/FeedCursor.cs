using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// How far a reader of the feed has come in each log: what it keeps between two calls, for as long as it likes. Opaque to it, and it gives
/// nobody a right.
/// </summary>
/// <remarks>
/// Every new journal is a log, and anybody who ships can begin some: so a log stands here by eight bytes of its name's digest and its number in
/// as few bytes as it needs, packed. Whatever is handed out can be read; places with names, of the version before, are read too.
/// </remarks>
internal sealed class FeedCursor
{
    private const string Version = "1";
    private const byte Packed = 2;

    /// <summary>Most characters that are read: of some fourteen hundred logs.</summary>
    public const int MostText = 24 * 1024;

    private readonly SortedDictionary<ulong, long> _next = [];

    /// <summary>Reads one; null: it is none. An empty one begins with the first record that there is.</summary>
    public static FeedCursor? Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new FeedCursor();
        }

        if (text.Length > MostText || !Base64Url.IsValid(text))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text);
        return bytes is [Packed, ..] ? Unpack(bytes.AsSpan(1)) : ReadNamed(Encoding.UTF8.GetString(bytes));
    }

    /// <summary>The first place of a log that was not read yet.</summary>
    public long NextOf(string log) => _next.GetValueOrDefault(KeyOf(log));

    /// <summary>Everything of a log before this place is passed over.</summary>
    public void Begin(string log, long next)
    {
        // What begins with its first record needs no word.
        if (next > 0)
        {
            _next[KeyOf(log)] = next;
        }
    }

    /// <summary>An entry was handed out.</summary>
    public void Pass(AuditEntry entry) => _next[KeyOf(entry.Log)] = After(entry.Sequence);

    /// <summary>The place behind one; there is none behind the last.</summary>
    public static long After(long sequence) => sequence == long.MaxValue ? sequence : sequence + 1;

    /// <summary>The text to hand out; refused where it would be longer than what is read, before its reader has lost its place.</summary>
    public Outcome<string> HandOut() =>
        Write() is { Length: <= MostText } text
            ? text
            : AdminProblem.Conflict("too-many-logs", "There are more logs than one place can name: read them by searches or exports.");

    public string Write()
    {
        var bytes = new List<byte>(1 + (_next.Count * 12)) { Packed };
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        foreach (var (log, next) in _next)
        {
            BinaryPrimitives.WriteUInt64BigEndian(key, log);
            bytes.AddRange(key);
            var rest = (ulong)next;
            for (; rest > 0x7F; rest >>= 7)
            {
                bytes.Add((byte)((rest & 0x7F) | 0x80));
            }

            bytes.Add((byte)rest);
        }

        return Base64Url.EncodeToString(bytes.ToArray());
    }

    private static FeedCursor? Unpack(ReadOnlySpan<byte> bytes)
    {
        var cursor = new FeedCursor();
        while (!bytes.IsEmpty)
        {
            if (bytes.Length <= sizeof(ulong))
            {
                return null;
            }

            var log = BinaryPrimitives.ReadUInt64BigEndian(bytes);
            bytes = bytes[sizeof(ulong)..];
            var next = 0UL;
            var isEnded = false;
            for (var shift = 0; !isEnded; shift += 7)
            {
                if (bytes.IsEmpty || shift > 56)
                {
                    return null;
                }

                next |= (ulong)(bytes[0] & 0x7F) << shift;
                isEnded = bytes[0] < 0x80;
                bytes = bytes[1..];
            }

            if (!cursor._next.TryAdd(log, (long)next))
            {
                return null;
            }
        }

        return cursor;
    }

    // As the version before wrote it: a line for each log.
    private static FeedCursor? ReadNamed(string text)
    {
        var cursor = new FeedCursor();
        var lines = text.Split('\n');
        if (lines[0] != Version)
        {
            return null;
        }

        foreach (var line in lines.AsSpan(1))
        {
            var blank = line.LastIndexOf(' ');
            if (
                blank < 1
                || !long.TryParse(line.AsSpan(blank + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var next)
                || !cursor._next.TryAdd(KeyOf(line[..blank]), next)
            )
            {
                return null;
            }
        }

        return cursor;
    }

    private static ulong KeyOf(string log) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(log)));
}
