using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using PhiGateway.Proof.Checkpoints;

namespace PhiGateway.Proof.Cosigning;

/// <summary>
/// A published key of a witness, as C2SP tlog-cosignature has it: verifies that the witness saw a checkpoint, and when. Immutable.
/// </summary>
public sealed class WitnessKey
{
    internal const int TimeBytes = sizeof(ulong);

    private const int Ed25519Bytes = 32;

    private readonly PublicKey? _ed25519;
    private readonly MLDsaPublicKeyParameters? _mlDsa;
    private readonly byte[] _public;

    internal WitnessKey(string name, CosignatureAlgorithm algorithm, byte[] publicKey)
    {
        (Name, Algorithm, _public) = (name, algorithm, publicKey);
        if (algorithm == CosignatureAlgorithm.MlDsa44)
        {
            _mlDsa = MlDsa44.Read(publicKey);
        }
        else
        {
            _ed25519 = PublicKey.Import(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey);
        }

        Id = NoteKey.IdOf(name, (byte)algorithm, publicKey);
    }

    /// <summary>Whose key it is.</summary>
    public string Name { get; }

    /// <summary>How it signs.</summary>
    public CosignatureAlgorithm Algorithm { get; }

    /// <summary>First four bytes of the hash over name, type and key: finds the key of a signature.</summary>
    public uint Id { get; }

    /// <summary>The bytes of the key.</summary>
    public byte[] PublicBytes => [.. _public];

    /// <summary>Reads a published key; null when it is none, or one of another kind.</summary>
    public static WitnessKey? Parse(string text) =>
        Parse(text, CosignatureAlgorithm.Ed25519, Ed25519Bytes) ?? Parse(text, CosignatureAlgorithm.MlDsa44, MlDsa44.PublicBytes);

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
    public override string ToString() => NoteKey.Write(Name, Id, (byte)Algorithm, _public);

    /// <summary>What is signed; null when this algorithm cannot sign the text.</summary>
    internal byte[]? Message(string text, long seconds) =>
        Algorithm == CosignatureAlgorithm.MlDsa44
            ? MlDsa44.Message(Name, seconds, text)
            : Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{text}"));

    private static WitnessKey? Parse(string text, CosignatureAlgorithm algorithm, int length)
    {
        if (!NoteKey.TrySplit(text, (byte)algorithm, length, out var name, out var id, out var publicKey))
        {
            return null;
        }

        try
        {
            var key = new WitnessKey(name, algorithm, publicKey);
            return key.Id == id ? key : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private DateTimeOffset? At(string text, byte[] signature)
    {
        if (signature.Length <= TimeBytes)
        {
            return null;
        }

        // Security: with a time of zero ML-DSA-44 says nothing of what was the largest.
        var seconds = BinaryPrimitives.ReadInt64BigEndian(signature);
        return
            seconds >= (Algorithm == CosignatureAlgorithm.MlDsa44 ? 1 : 0)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && Message(text, seconds) is { } message
            && Verifies(message, signature[TimeBytes..])
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
    }

    private bool Verifies(byte[] message, byte[] signature) =>
        _mlDsa is { } key
            ? MlDsa44.Verifies(key, message, signature)
            : signature.Length == 64 && SignatureAlgorithm.Ed25519.Verify(_ed25519!, message, signature);
}
