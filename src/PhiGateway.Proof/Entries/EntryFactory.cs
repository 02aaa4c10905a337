using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Entries;

/// <summary>
/// Makes the entry of a record, the same each time: for the builder, which must be able to begin again after a crash, and for verifiers
/// that hold the node's secrets.
/// </summary>
/// <remarks>
/// Security: the salts follow from one secret of the log and a record's place. Without them a commitment tells nothing, even to somebody who
/// can list all patients; one record's salt can be handed over without another's. Whoever destroys the secret and the bodies leaves tiles
/// that tell nothing to anybody.
/// </remarks>
public sealed class EntryFactory(string log, ReadOnlyMemory<byte> saltKey, PatientPseudonym pseudonym)
{
    /// <summary>Event of the record with which a new epoch begins.</summary>
    public const string StartEvent = "node.start";

    private static readonly byte[] BodyTag = "gwaudit/body/v1\n"u8.ToArray();
    private readonly AuditEntryReader _reader = new(log, pseudonym);
    private readonly byte[] _bodySalt = Encoding.UTF8.GetBytes("phigw/salt/body/v1\n" + log + "\0________");
    private readonly byte[] _patientSalt = Encoding.UTF8.GetBytes("phigw/salt/patients/v1\n" + log + "\0________");

    /// <summary>Name of the log.</summary>
    public string Log => log;

    /// <summary>The entry of a journal record.</summary>
    /// <param name="frame">The record.</param>
    /// <param name="epoch">Epoch of the record before it; 0: there is none.</param>
    public LogEntry Make(in JournalFrame frame, uint epoch) => Make(frame, epoch, ReadRecord(frame));

    /// <summary>The same of a record that was read before.</summary>
    /// <param name="frame">The record.</param>
    /// <param name="epoch">Epoch of the record before it; 0: there is none.</param>
    /// <param name="record">What <see cref="ReadRecord"/> gave; null: it is in the log all the same, as bytes that nobody can read.</param>
    public LogEntry Make(in JournalFrame frame, uint epoch, AuditEntry? record)
    {
        Span<byte> salt = stackalloc byte[TreeHash.Bytes];
        WriteSalt(_bodySalt, frame.Sequence, salt);
        var body = CommitBody(frame.Body.Span, salt);
        TreeHash patients = default;
        if (record is { PatientKeys.Count: > 0 })
        {
            WriteSalt(_patientSalt, frame.Sequence, salt);
            patients = PatientRoot(record.PatientKeys, salt);
        }

        CryptographicOperations.ZeroMemory(salt);
        return new LogEntry
        {
            Kind = (byte)(record?.Kind ?? 0),
            Epoch = record is { Kind: AuditKind.System, Event: StartEvent } ? epoch + 1 : epoch,
            Sequence = frame.Sequence,
            Nanoseconds = record is null ? 0 : LogEntry.NanosecondsOf(record.Time),
            Id = record?.Id ?? Guid.Empty,
            Body = body,
            Patients = patients,
        };
    }

    /// <summary>The columns that a record should have in the store; null when its body is no record.</summary>
    public AuditEntry? ReadRecord(in JournalFrame frame)
    {
        try
        {
            return _reader.Read(frame);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The entry that stands for a record which was gone before the log began.</summary>
    public static LogEntry MakeMissing(long sequence) => new() { Flags = LogEntry.BeforeTheLog, Sequence = sequence };

    /// <summary>Salt of a record's body: to be handed over with it.</summary>
    public byte[] BodySalt(long sequence) => Salt(_bodySalt, sequence);

    /// <summary>Salt of a record's patients: to be handed over to prove that a patient is among them.</summary>
    public byte[] PatientSalt(long sequence) => Salt(_patientSalt, sequence);

    /// <summary>SHA-256 over <c>gwaudit/body/v1</c>, a line feed, the salt, the length in four bytes and the body.</summary>
    public static TreeHash CommitBody(ReadOnlySpan<byte> body, ReadOnlySpan<byte> salt)
    {
        // Put together and hashed in one call: the parts are short, and a call of the library costs more than the copy.
        var bytes = BodyTag.Length + salt.Length + sizeof(uint) + body.Length;
        var input = ArrayPool<byte>.Shared.Rent(bytes);
        BodyTag.CopyTo(input, 0);
        salt.CopyTo(input.AsSpan(BodyTag.Length));
        BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(BodyTag.Length + salt.Length), body.Length);
        body.CopyTo(input.AsSpan(bytes - body.Length));
        Span<byte> hash = stackalloc byte[TreeHash.Bytes];
        KeptSha256.Hash(input.AsSpan(0, bytes), hash);
        ArrayPool<byte>.Shared.Return(input, clearArray: true);
        return new TreeHash(hash);
    }

    /// <summary>RFC 6962 root over the sorted HMACs of the patients' pseudonyms under the record's salt; zeros for none.</summary>
    /// <remarks>Not over the pseudonyms themselves: equal roots of two records would tell that they are about the same patient.</remarks>
    public static TreeHash PatientRoot(IReadOnlyList<string> pseudonyms, ReadOnlySpan<byte> salt)
    {
        if (pseudonyms.Count == 0)
        {
            return default;
        }

        Span<byte> leaf = stackalloc byte[TreeHash.Bytes];
        if (pseudonyms.Count == 1)
        {
            // Most records are about one patient.
            LeafOf(pseudonyms[0], salt, leaf);
            return TreeHash.OfLeaf(leaf);
        }

        var leaves = new List<byte[]>(pseudonyms.Count);
        foreach (var one in pseudonyms)
        {
            LeafOf(one, salt, leaf);
            leaves.Add(leaf.ToArray());
        }

        leaves.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        var hashes = new TreeHash[leaves.Count];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = TreeHash.OfLeaf(leaves[i]);
        }

        return TreeMath.Root(hashes);
    }

    private static void LeafOf(string pseudonym, ReadOnlySpan<byte> salt, Span<byte> leaf)
    {
        const int Usual = 128;
        var text = pseudonym.Length <= Usual ? stackalloc byte[pseudonym.Length] : new byte[pseudonym.Length];
        _ = Encoding.ASCII.GetBytes(pseudonym, text);
        KeptSha256.Authenticate(salt, text, leaf);
    }

    private byte[] Salt(byte[] template, long sequence)
    {
        var salt = new byte[TreeHash.Bytes];
        WriteSalt(template, sequence, salt);
        return salt;
    }

    private void WriteSalt(byte[] template, long sequence, Span<byte> salt)
    {
        Span<byte> input = stackalloc byte[template.Length];
        template.CopyTo(input);
        BinaryPrimitives.WriteInt64BigEndian(input[^sizeof(long)..], sequence);
        KeptSha256.Authenticate(saltKey.Span, input, salt);
    }
}
