using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Schema;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// Writes and reads the place after which a page of a search goes on, tied to that search; opaque to callers, and it gives nobody a right.
/// </summary>
internal readonly record struct AuditCursor(DateTimeOffset Time, string Log, long Sequence)
{
    private const byte Version = 1;
    private const int Head = 1 + 8 + 8;
    private const int Check = 8;
    private const int MaxLength = 2048;

    // Whoever ships may file records under a name of any length. The beginning of a longer one stands before it, and no honest name between
    // the two.
    private const int MostLog = 256;

    public string Write(AuditQuery query)
    {
        var log = LogOf();
        var bytes = new byte[Head + Encoding.UTF8.GetByteCount(log) + Check];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), MicrosecondsConverter.ToMicroseconds(Time));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(9), Sequence);
        Encoding.UTF8.GetBytes(log, bytes.AsSpan(Head));
        Sum(query, bytes.AsSpan(..^Check)).CopyTo(bytes.AsSpan(^Check..));
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="AuditCursorException">Not a cursor of this very search.</exception>
    public static AuditCursor Read(AuditQuery query)
    {
        var text = query.Cursor!;
        if (text.Length <= MaxLength && Base64Url.IsValid(text))
        {
            var bytes = Base64Url.DecodeFromChars(text);
            if (
                bytes.Length > Head + Check
                && bytes[0] == Version
                && MicrosecondsConverter.IsTime(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1)))
                && Sum(query, bytes.AsSpan(..^Check)).SequenceEqual(bytes.AsSpan(^Check..))
            )
            {
                var time = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1));
                return new AuditCursor(
                    MicrosecondsConverter.FromMicroseconds(time),
                    Encoding.UTF8.GetString(bytes.AsSpan(Head..^Check)),
                    BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(9))
                );
            }
        }

        throw new AuditCursorException();
    }

    private string LogOf()
    {
        if (Log.Length <= MostLog)
        {
            return Log;
        }

        return char.IsHighSurrogate(Log[MostLog - 1]) ? Log[..(MostLog - 1)] : Log[..MostLog];
    }

    private static ReadOnlySpan<byte> Sum(AuditQuery query, ReadOnlySpan<byte> head)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(head);
        hash.AppendData(Encoding.UTF8.GetBytes((query with { Cursor = null, Limit = 1, PatientKeys = [] }).ToString()));

        // A list says of itself only what sort it is; the keys of one patient come in any order.
        foreach (var key in query.PatientKeys.Order(StringComparer.Ordinal))
        {
            hash.AppendData([0, .. Encoding.UTF8.GetBytes(key)]);
        }

        return hash.GetHashAndReset().AsSpan(..Check);
    }
}
