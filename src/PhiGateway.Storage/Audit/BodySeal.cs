using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// Seals one body under a data key and opens it again: AES-256-GCM with a nonce of its own, tied to the record's place and the key's id, so
/// that no row can stand in for another.
/// </summary>
internal static class BodySeal
{
    /// <summary>How much longer than a body its sealed form is.</summary>
    public const int Overhead = 1 + BodyKeyRing.NonceBytes + BodyKeyRing.TagBytes;

    // Not the first byte of any JSON.
    private const byte Format = 1;
    private const int Head = 1 + BodyKeyRing.NonceBytes;
    private static readonly byte[] Domain = "phigw/body/v1\n"u8.ToArray();

    public static byte[] Seal(AesGcm aes, long key, string log, long sequence, ReadOnlySpan<byte> body)
    {
        var stored = new byte[body.Length + Overhead];
        stored[0] = Format;
        var nonce = stored.AsSpan(1, BodyKeyRing.NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        aes.Encrypt(nonce, body, stored.AsSpan(Head, body.Length), stored.AsSpan(^BodyKeyRing.TagBytes..), Bound(key, log, sequence));
        return stored;
    }

    /// <summary>The body; null when what is stored is not what was sealed in this place under this key.</summary>
    public static byte[]? Open(AesGcm aes, long key, string log, long sequence, ReadOnlySpan<byte> stored)
    {
        if (stored.Length < Overhead || stored[0] != Format)
        {
            return null;
        }

        var body = new byte[stored.Length - Overhead];
        try
        {
            aes.Decrypt(
                stored.Slice(1, BodyKeyRing.NonceBytes),
                stored[Head..^BodyKeyRing.TagBytes],
                stored[^BodyKeyRing.TagBytes..],
                body,
                Bound(key, log, sequence)
            );
            return body;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] Bound(long key, string log, long sequence)
    {
        var bound = new byte[Domain.Length + (2 * sizeof(long)) + Encoding.UTF8.GetByteCount(log)];
        Domain.CopyTo(bound, 0);
        BinaryPrimitives.WriteInt64BigEndian(bound.AsSpan(Domain.Length), key);
        BinaryPrimitives.WriteInt64BigEndian(bound.AsSpan(Domain.Length + sizeof(long)), sequence);
        Encoding.UTF8.GetBytes(log, bound.AsSpan(Domain.Length + (2 * sizeof(long))));
        return bound;
    }
}
