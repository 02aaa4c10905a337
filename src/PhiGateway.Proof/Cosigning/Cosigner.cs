using System.Buffers.Binary;
using NSec.Cryptography;
using PhiGateway.Proof.Checkpoints;

namespace PhiGateway.Proof.Cosigning;

/// <summary>The private Ed25519 key of a witness; used by <c>Witness</c> alone, for no other signatures.</summary>
public sealed class Cosigner : IDisposable
{
    private readonly Key _key;

    /// <summary>Imports a seed of 32 bytes.</summary>
    public Cosigner(string name, ReadOnlySpan<byte> seed)
    {
        _key = NoteSigner.Import(name, seed);
        Public = new WitnessKey(name, _key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <summary>What is published.</summary>
    public WitnessKey Public { get; }

    /// <summary>The line that goes below a checkpoint's text: that it is the largest of its log that this witness has seen by now.</summary>
    public string SignatureLine(string text, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        var blob = new byte[sizeof(uint) + WitnessKey.TimeBytes + 64];
        BinaryPrimitives.WriteUInt32BigEndian(blob, Public.Id);
        BinaryPrimitives.WriteInt64BigEndian(blob.AsSpan(sizeof(uint)), seconds);
        var signature = blob.AsSpan(sizeof(uint) + WitnessKey.TimeBytes);
        SignatureAlgorithm.Ed25519.Sign(_key, WitnessKey.Message(text, seconds), signature);
        return $"{SignedNote.Dash} {Public.Name} {Convert.ToBase64String(blob)}\n";
    }

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();
}
