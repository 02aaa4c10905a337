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

    // With gaps, each log's behind its number; written only where there is one.
    private const byte PackedWithGaps = 3;

    /// <summary>Gaps of one log that are remembered; what stands behind one more waits.</summary>
    public const int MostGaps = 8;

    /// <summary>Most characters that are read: of some fourteen hundred logs.</summary>
    public const int MostText = 24 * 1024;

    private readonly SortedDictionary<ulong, long> _next = [];
    private readonly Dictionary<ulong, List<PlaceHole>> _gaps = [];

    // Up to where each log is stored without a gap, of this call.
    private readonly Dictionary<ulong, long> _marks = [];

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
        return bytes switch
        {
            [Packed, ..] => Unpack(bytes.AsSpan(1), hasGaps: false),
            [PackedWithGaps, ..] => Unpack(bytes.AsSpan(1), hasGaps: true),
            _ => ReadNamed(Encoding.UTF8.GetString(bytes)),
        };
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

    /// <summary>Everything that a log has now is passed over; what comes into a gap of it is not.</summary>
    public void BeginBehind(AuditLogMark mark)
    {
        var next = AuditEntry.PlaceAfter(mark.Highest);
        Begin(mark.Log, next);
        if (mark.Watermark < mark.Highest)
        {
            Remember(KeyOf(mark.Log), AuditEntry.PlaceAfter(mark.Watermark), next);
        }
    }

    /// <summary>Places of a log that were passed over and may come yet, from the first to the one behind the last.</summary>
    public IReadOnlyList<PlaceHole> GapsOf(string log) => _gaps.GetValueOrDefault(KeyOf(log)) ?? [];

    /// <summary>Takes note of up to where a log is stored without a gap: what is missing before that was deleted.</summary>
    public void Note(AuditLogMark mark) => _marks[KeyOf(mark.Log)] = mark.Watermark;

    /// <summary>An entry was handed out.</summary>
    public void Pass(AuditEntry entry)
    {
        var key = KeyOf(entry.Log);
        var next = _next.GetValueOrDefault(key);
        var missing = AuditEntry.PlaceAfter(_marks.GetValueOrDefault(key, long.MaxValue));
        if (entry.Sequence < next)
        {
            Fill(key, entry.Sequence, missing);
            return;
        }

        var from = Math.Max(next, missing);
        if (from < entry.Sequence)
        {
            Remember(key, from, entry.Sequence);
        }

        _next[key] = entry.NextPlace;
    }

    /// <summary>Of a gap everything up to a place has come.</summary>
    public void Fill(string log, long sequence) => Fill(KeyOf(log), sequence, sequence);

    private void Fill(ulong log, long sequence, long missing)
    {
        if (_gaps.TryGetValue(log, out var gaps))
        {
            PlaceHole.Fill(gaps, sequence, missing);
        }
    }

    /// <summary>The text to hand out; refused where it would be longer than what is read, before its reader has lost its place.</summary>
    public Outcome<string> HandOut() =>
        Write() is { Length: <= MostText } text
            ? text
            : AdminProblem.Conflict("too-many-logs", "There are more logs than one place can name: read them by searches or exports.");

    public string Write()
    {
        var hasGaps = _gaps.Values.Any(static gaps => gaps.Count > 0);
        var bytes = new List<byte>(1 + (_next.Count * 12)) { hasGaps ? PackedWithGaps : Packed };
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        foreach (var (log, next) in _next)
        {
            BinaryPrimitives.WriteUInt64BigEndian(key, log);
            bytes.AddRange(key);
            WriteNumber(bytes, next);
            if (hasGaps)
            {
                var gaps = _gaps.GetValueOrDefault(log) ?? [];
                WriteNumber(bytes, gaps.Count);
                foreach (var (from, to) in gaps)
                {
                    WriteNumber(bytes, from);
                    WriteNumber(bytes, to);
                }
            }
        }

        return Base64Url.EncodeToString(bytes.ToArray());
    }

    private static void WriteNumber(List<byte> bytes, long number)
    {
        var rest = (ulong)number;
        for (; rest > 0x7F; rest >>= 7)
        {
            bytes.Add((byte)((rest & 0x7F) | 0x80));
        }

        bytes.Add((byte)rest);
    }

    private void Remember(ulong log, long from, long to)
    {
        if (!_gaps.TryGetValue(log, out var gaps))
        {
            _gaps[log] = gaps = [];
        }

        gaps.Add(new PlaceHole(from, to));
    }

    private static FeedCursor? Unpack(ReadOnlySpan<byte> bytes, bool hasGaps)
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
            if (!TryNumber(ref bytes, out var next) || !cursor._next.TryAdd(log, next) || (hasGaps && !cursor.UnpackGaps(log, ref bytes)))
            {
                return null;
            }
        }

        return cursor;
    }

    private bool UnpackGaps(ulong log, ref ReadOnlySpan<byte> bytes)
    {
        if (!TryNumber(ref bytes, out var count) || count > MostGaps)
        {
            return false;
        }

        for (; count > 0; count--)
        {
            if (!TryNumber(ref bytes, out var from) || !TryNumber(ref bytes, out var to) || from >= to || to > _next[log])
            {
                return false;
            }

            Remember(log, from, to);
        }

        return true;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> bytes, out long number)
    {
        number = 0;
        for (var shift = 0; shift <= 56; shift += 7)
        {
            if (bytes.IsEmpty)
            {
                return false;
            }

            var part = bytes[0];
            bytes = bytes[1..];
            number |= (long)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
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
