using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Audit.Keeping;

/// <summary>
/// A digest over what records of one log are filed under, in the order of their places: named by the record of a destruction, for whose content
/// the columns are all that is left, and made again by verifiers. A value: adding gives the next one.
/// </summary>
/// <param name="Count">How many records it is over.</param>
/// <param name="Hash">SHA-256 of the hash before and of the record's columns as netstrings, <c>-</c> for none; before the first, empty.</param>
public sealed record ColumnDigest(long Count, ReadOnlyMemory<byte> Hash)
{
    /// <summary>Over no record.</summary>
    public static readonly ColumnDigest None = new(0, ReadOnlyMemory<byte>.Empty);

    /// <summary>The digest in lower-case hexadecimal digits.</summary>
    public string Text => Convert.ToHexStringLower(Hash.Span);

    /// <summary>The digest with one more record.</summary>
    public ColumnDigest With(AuditEntry entry)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        bytes.Write(Hash.Span);

        // Stores keep microseconds.
        Add(bytes, entry.Sequence);
        Add(bytes, (entry.Time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        Add(bytes, entry.Id.ToString("D"));
        Add(bytes, entry.ParentId.ToString("D"));
        Add(bytes, (int)entry.Kind);
        Add(bytes, entry.Event);
        Add(bytes, entry.Decision);
        Add(bytes, entry.Reason);
        Add(bytes, entry.Client);
        Add(bytes, entry.Tenant);
        Add(bytes, entry.Actor);
        Add(bytes, entry.Status);
        Add(bytes, entry.ResourceType);
        Add(bytes, entry.Interaction);
        Add(bytes, entry.PatientKeys.Count);
        foreach (var key in entry.PatientKeys)
        {
            Add(bytes, key);
        }

        return new ColumnDigest(Count + 1, SHA256.HashData(bytes.WrittenSpan));
    }

    private static void Add(ArrayBufferWriter<byte> bytes, long number) => Add(bytes, number.ToString(CultureInfo.InvariantCulture));

    private static void Add(ArrayBufferWriter<byte> bytes, string? text)
    {
        if (text is null)
        {
            bytes.Write("-,"u8);
            return;
        }

        var utf8 = Encoding.UTF8.GetBytes(text);
        bytes.Write(Encoding.ASCII.GetBytes(utf8.Length.ToString(CultureInfo.InvariantCulture)));
        bytes.Write(":"u8);
        bytes.Write(utf8);
        bytes.Write(","u8);
    }
}
