using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using NSec.Cryptography;
using PhiGateway.Proof.Checkpoints;

namespace PhiGateway.Proof.Cosigning;

/// <summary>
/// A published Ed25519 key of a witness, as C2SP tlog-cosignature has it: verifies that the witness saw a checkpoint, and when. Immutable.
/// </summary>
public sealed class WitnessKey
{
    /// <summary>Ed25519 over a time and the text of a checkpoint.</summary>
    public const byte CosignatureType = 4;

    internal const int TimeBytes = sizeof(ulong);

    private readonly PublicKey _key;

    internal WitnessKey(string name, ReadOnlySpan<byte> publicKey)
    {
        Name = name;
        _key = PublicKey.Import(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey);
        Id = NoteKey.IdOf(name, CosignatureType, publicKey);
    }

    /// <summary>Whose key it is.</summary>
    public string Name { get; }

    /// <summary>First four bytes of the hash over name, type and key: finds the key of a signature.</summary>
    public uint Id { get; }

    /// <summary>The 32 bytes of the key.</summary>
    public byte[] PublicBytes => _key.Export(KeyBlobFormat.RawPublicKey);

    /// <summary>Reads a published key; null when it is none, or one of another kind.</summary>
    public static WitnessKey? Parse(string text)
    {
        if (!NoteKey.TrySplit(text, CosignatureType, out var name, out var id, out var publicKey))
        {
            return null;
        }

        try
        {
            var key = new WitnessKey(name, publicKey);
            return key.Id == id ? key : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>When it cosigned a checkpoint, by its own clock; null: it did not, or one of its signatures does not hold.</summary>
    public DateTimeOffset? CosignedAt(SignedNote note)
    {
        DateTimeOffset? newest = null;
        foreach (var (name, id, signature) in note.Signatures)
        {
            if (name != Name || id != Id)
            {
                continue;
            }

            if (At(note.Text, signature) is not { } at)
            {
                return null;
            }

            newest = newest > at ? newest : at;
        }

        return newest;
    }

    /// <summary>As it is published.</summary>
    public override string ToString() => NoteKey.Write(Name, Id, CosignatureType, PublicBytes);

    /// <summary>What is signed.</summary>
    internal static byte[] Message(string text, long seconds) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{text}"));

    private DateTimeOffset? At(string text, byte[] signature)
    {
        if (signature.Length != TimeBytes + 64)
        {
            return null;
        }

        var seconds = BinaryPrimitives.ReadInt64BigEndian(signature);
        return
            seconds >= 0
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && SignatureAlgorithm.Ed25519.Verify(_key, Message(text, seconds), signature.AsSpan(TimeBytes))
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }
}
