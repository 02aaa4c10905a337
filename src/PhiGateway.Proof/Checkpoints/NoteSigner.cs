using System.Buffers.Binary;
using System.Text;
using NSec.Cryptography;

namespace PhiGateway.Proof.Checkpoints;

/// <summary>A private Ed25519 key that signs notes; made from the 32 bytes of a key file. Its memory is not the caller's to keep.</summary>
public sealed class NoteSigner : IDisposable
{
    private readonly Key _key;

    /// <summary>Imports a seed of 32 bytes.</summary>
    public NoteSigner(string name, ReadOnlySpan<byte> seed)
    {
        _key = Import(name, seed);
        Public = new NoteKey(name, _key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <summary>What is published.</summary>
    public NoteKey Public { get; }

    /// <summary>The line that goes below a note's text.</summary>
    public string SignatureLine(string text)
    {
        var blob = new byte[4 + 64];
        BinaryPrimitives.WriteUInt32BigEndian(blob, Public.Id);
        SignatureAlgorithm.Ed25519.Sign(_key, Encoding.UTF8.GetBytes(text), blob.AsSpan(4));
        return $"{SignedNote.Dash} {Public.Name} {Convert.ToBase64String(blob)}\n";
    }

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();

    /// <summary>The private key of a seed, for a name that a note's line can hold.</summary>
    internal static Key Import(string name, ReadOnlySpan<byte> seed) =>
        NoteKey.IsName(name)
            ? Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey)
            : throw new ArgumentException("A key's name has neither spaces nor a plus.", nameof(name));
}
