using System.Buffers.Binary;
using NSec.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using PhiGateway.Proof.Checkpoints;

namespace PhiGateway.Proof.Cosigning;

/// <summary>A private key of a witness; used by <c>Witness</c> alone, for no other signatures.</summary>
public sealed class Cosigner : IDisposable
{
    private readonly Key? _ed25519;
    private readonly MLDsaPrivateKeyParameters? _mlDsa;

    /// <summary>Imports a seed of 32 bytes.</summary>
    public Cosigner(string name, ReadOnlySpan<byte> seed, CosignatureAlgorithm algorithm = CosignatureAlgorithm.Ed25519)
    {
        if (algorithm == CosignatureAlgorithm.MlDsa44)
        {
            _mlDsa = NoteKey.IsName(name)
                ? MlDsa44.Import(seed)
                : throw new ArgumentException("A key's name has neither spaces nor a plus.", nameof(name));
            Public = new WitnessKey(name, algorithm, _mlDsa.GetPublicKeyEncoded());
            return;
        }

        _ed25519 = NoteSigner.Import(name, seed);
        Public = new WitnessKey(name, algorithm, _ed25519.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }

    /// <summary>What is published.</summary>
    public WitnessKey Public { get; }

    /// <summary>The line that goes below a checkpoint's text: that it is the largest of its log that this witness has seen by now.</summary>
    /// <exception cref="ArgumentException">The text is no checkpoint that this algorithm can sign.</exception>
    public string SignatureLine(string text, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        var message = Public.Message(text, seconds) ?? throw new ArgumentException("The text is no checkpoint.", nameof(text));
        var signature = _mlDsa is { } key ? MlDsa44.Sign(key, message) : SignatureAlgorithm.Ed25519.Sign(_ed25519!, message);
        var blob = new byte[sizeof(uint) + WitnessKey.TimeBytes + signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(blob, Public.Id);
        BinaryPrimitives.WriteInt64BigEndian(blob.AsSpan(sizeof(uint)), seconds);
        signature.CopyTo(blob, sizeof(uint) + WitnessKey.TimeBytes);
        return $"{SignedNote.Dash} {Public.Name} {Convert.ToBase64String(blob)}\n";
    }

    /// <summary>Whether it can sign a text: ML-DSA-44 signs checkpoints, of logs whose names are not too long.</summary>
    public bool CanSign(string text) => Public.Message(text, 0) is not null;

    /// <inheritdoc />
    public void Dispose() => _ed25519?.Dispose();
}
