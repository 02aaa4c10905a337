using System.Buffers.Binary;
using System.Text;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Tiles;

namespace PhiGateway.Proof.Cosigning;

/// <summary>
/// ML-DSA-44 as cosignatures use it: keys, signatures, and the message of a checkpoint. Used by <see cref="Cosigner"/> and
/// <see cref="WitnessKey"/>; the framework's own needs an OpenSSL that the supported platforms do not have.
/// </summary>
internal static class MlDsa44
{
    public const int PublicBytes = 1312;
    public const int SignatureBytes = 2420;

    private const int MostName = byte.MaxValue;
    private static readonly MLDsaParameters Parameters = MLDsaParameters.ml_dsa_44;
    private static readonly byte[] Label = "subtree/v1\n\0"u8.ToArray();

    public static MLDsaPrivateKeyParameters Import(ReadOnlySpan<byte> seed) =>
        MLDsaPrivateKeyParameters.FromSeed(Parameters, seed.ToArray());

    /// <exception cref="FormatException">The bytes are no key.</exception>
    public static MLDsaPublicKeyParameters Read(byte[] publicKey)
    {
        try
        {
            return MLDsaPublicKeyParameters.FromEncoding(Parameters, publicKey);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException("The bytes are no key of ML-DSA-44.", fault);
        }
    }

    public static byte[] Sign(MLDsaPrivateKeyParameters key, byte[] message)
    {
        var signer = new MLDsaSigner(Parameters, deterministic: false);
        signer.Init(true, key);
        signer.BlockUpdate(message, 0, message.Length);
        return signer.GenerateSignature();
    }

    public static bool Verifies(MLDsaPublicKeyParameters key, byte[] message, byte[] signature)
    {
        if (signature.Length != SignatureBytes)
        {
            return false;
        }

        var signer = new MLDsaSigner(Parameters, deterministic: false);
        signer.Init(false, key);
        signer.BlockUpdate(message, 0, message.Length);
        return signer.VerifySignature(signature);
    }

    /// <summary>
    /// What is signed of a checkpoint: the struct cosigned_message of tlog-cosignature, from the first leaf to the last. Null when the text is no
    /// checkpoint, or a name is too long. Lines of extensions are no part of it.
    /// </summary>
    public static byte[]? Message(string cosigner, long seconds, string text)
    {
        if (Checkpoint.Parse(text) is not { } checkpoint)
        {
            return null;
        }

        var name = Encoding.UTF8.GetBytes(cosigner);
        var origin = Encoding.UTF8.GetBytes(checkpoint.Origin);
        if (name.Length is 0 or > MostName || origin.Length is 0 or > MostName)
        {
            return null;
        }

        var message = new byte[Label.Length + 1 + name.Length + sizeof(ulong) + 1 + origin.Length + (2 * sizeof(ulong)) + TreeHash.Bytes];
        Label.CopyTo(message, 0);
        var at = Label.Length;
        message[at++] = (byte)name.Length;
        name.CopyTo(message, at);
        at += name.Length;
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(at), seconds);
        at += sizeof(ulong);
        message[at++] = (byte)origin.Length;
        origin.CopyTo(message, at);
        at += origin.Length;

        // The first leaf is 0.
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(at + sizeof(ulong)), checkpoint.Size);
        checkpoint.Root.WriteTo(message.AsSpan(at + (2 * sizeof(ulong))));
        return message;
    }
}
