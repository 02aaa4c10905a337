using System.Buffers.Binary;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Entries;

/// <summary>
/// What the tree holds of one record: 104 bytes without a patient's data. Made from the record by <see cref="EntryFactory"/>; read by
/// verifiers.
/// </summary>
/// <remarks>
/// Big-endian: u8 format = 1 · u8 kind · u16 flags · u32 epoch · u64 sequence · u64 Unix ns · 16 bytes id · 32 bytes commitment to the body ·
/// 32 bytes root over the patients, zeros for none.
/// </remarks>
public readonly record struct LogEntry
{
    /// <summary>Bytes of an entry.</summary>
    public const int Bytes = 104;

    /// <summary>Flag of an entry that stands for a record which was gone before the log began.</summary>
    public const ushort BeforeTheLog = 1;

    /// <summary>Flag of an entry of a fleet log, which stands for a head of a node's log: its body is the note, its patients are the root.</summary>
    public const ushort OfAHead = 2;

    private const byte Format = 1;

    /// <summary>Number of the record's kind; 0: it could not be read, or was gone before the log began.</summary>
    public byte Kind { get; init; }

    /// <summary>Bits; see <see cref="BeforeTheLog"/>.</summary>
    public ushort Flags { get; init; }

    /// <summary>Which start of the node it belongs to: 1 for the first.</summary>
    public uint Epoch { get; init; }

    /// <summary>Place in the log, and index of the leaf.</summary>
    public long Sequence { get; init; }

    /// <summary>Wall clock of the node, ns since 1970.</summary>
    public long Nanoseconds { get; init; }

    /// <summary>Id of the record.</summary>
    public Guid Id { get; init; }

    /// <summary>Salted hash of the body.</summary>
    public TreeHash Body { get; init; }

    /// <summary>Root over the salted patients.</summary>
    public TreeHash Patients { get; init; }

    /// <summary>The moment that it says.</summary>
    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddTicks(Nanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>
    /// A moment as an entry says it. A clock that is broken must not keep all that is recorded after it out of the log: before 1970 and
    /// beyond the year 2262 the number has no place.
    /// </summary>
    /// <param name="time">The moment.</param>
    public static long NanosecondsOf(DateTimeOffset time) =>
        Math.Clamp((time - DateTimeOffset.UnixEpoch).Ticks, 0, long.MaxValue / TimeSpan.NanosecondsPerTick) * TimeSpan.NanosecondsPerTick;

    /// <summary>Hash of the leaf.</summary>
    public TreeHash Leaf()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        WriteTo(bytes);
        return TreeHash.OfLeaf(bytes);
    }

    /// <summary>Writes the 104 bytes.</summary>
    public void WriteTo(Span<byte> target)
    {
        target[0] = Format;
        target[1] = Kind;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], Flags);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], Epoch);
        BinaryPrimitives.WriteInt64BigEndian(target[8..], Sequence);
        BinaryPrimitives.WriteInt64BigEndian(target[16..], Nanoseconds);
        _ = Id.TryWriteBytes(target[24..], bigEndian: true, out _);
        Body.WriteTo(target[40..]);
        Patients.WriteTo(target[72..]);
    }

    /// <summary>Reads them; false for another length, format or a negative number.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out LogEntry entry)
    {
        entry = default;
        if (source.Length != Bytes || source[0] != Format)
        {
            return false;
        }

        entry = new LogEntry
        {
            Kind = source[1],
            Flags = BinaryPrimitives.ReadUInt16BigEndian(source[2..]),
            Epoch = BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
            Sequence = BinaryPrimitives.ReadInt64BigEndian(source[8..]),
            Nanoseconds = BinaryPrimitives.ReadInt64BigEndian(source[16..]),
            Id = new Guid(source.Slice(24, 16), bigEndian: true),
            Body = new TreeHash(source.Slice(40, TreeHash.Bytes)),
            Patients = new TreeHash(source.Slice(72, TreeHash.Bytes)),
        };
        return entry.Sequence >= 0 && entry.Nanoseconds >= 0;
    }
}
