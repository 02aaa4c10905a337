using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Gateway.Handles;

/// <summary>
/// Encrypts the content of handles (AES-256-GCM) and opens it again: whoever holds a handle learns nothing from it and can change nothing
/// in it.
/// </summary>
/// <remarks>
/// Thread-safe. Every handle has a key of its own, derived with a random salt, so that random nonces never wear a key out.
/// </remarks>
internal sealed class HandleSealer
{
    /// <summary>Longest handle, in characters; what needs more gets none. Request lines of 8 KiB pass wherever a
    /// request passes; the reader of paths takes a segment of this length.</summary>
    public const int MaxLength = 6144;

    private const int NameLength = 16;
    private const int SaltLength = 16;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Overhead = SaltLength + NonceLength + TagLength;

    // Bytes of the longest handle.
    private const int MostPlain = (MaxLength * 3 / 4) - Overhead;

    private readonly byte[] _key;
    private readonly HandlePadding _padding;

    /// <param name="secret">Shared by the nodes that are to open each other's handles; null: a random one, good for this process.</param>
    public HandleSealer(string? secret)
    {
        _key = secret is null
            ? RandomNumberGenerator.GetBytes(32)
            : HKDF.Extract(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), "phi-gateway handle key 1"u8.ToArray());
        _padding = new HandlePadding(HKDF.Expand(HashAlgorithmName.SHA256, _key, 32, "phi-gateway handle length 1"u8.ToArray()));
    }

    private static ReadOnlySpan<byte> Purpose => "phi-gateway handle 1"u8;

    private static ReadOnlySpan<byte> NamePurpose => "phi-gateway page name 1"u8;

    /// <summary>The handle; null when it would be too long.</summary>
    public string? Seal(HandleContent content) =>
        HandleFormat.Write(content) is { } plain && InRoom(plain, content) is { } padded ? Base64Url.EncodeToString(Encrypt(padded)) : null;

    // Of an export's job or file nothing is counted by its place, and nodes of the version before must be able to open it.
    private byte[]? InRoom(byte[] plain, HandleContent content)
    {
        if (content.Kind is HandleKind.Job or HandleKind.File)
        {
            return plain.Length <= MostPlain ? plain : null;
        }

        return _padding.Pad(plain, content, MostPlain);
    }

    /// <summary>The same as bytes, however long; null for a request that is too long to be sealed at all.</summary>
    /// <remarks>Not padded: only its name is given to a client.</remarks>
    public byte[]? SealBytes(HandleContent content) => HandleFormat.Write(content) is { } plain ? Encrypt(plain) : null;

    /// <summary>A new name for what is kept elsewhere: shorter than any handle, and only these nodes make one.</summary>
    public string NewName()
    {
        Span<byte> name = stackalloc byte[2 * NameLength];
        RandomNumberGenerator.Fill(name[..NameLength]);
        Mark(name[..NameLength], name[NameLength..]);
        return Base64Url.EncodeToString(name);
    }

    /// <summary>Whether one of these nodes made a name.</summary>
    public bool IsName(string text)
    {
        Span<byte> name = stackalloc byte[2 * NameLength];
        Span<byte> mark = stackalloc byte[NameLength];
        if (
            text.Length != Base64Url.GetEncodedLength(2 * NameLength)
            || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, name, out var length)
            || length != 2 * NameLength
        )
        {
            return false;
        }

        Mark(name[..NameLength], mark);
        return CryptographicOperations.FixedTimeEquals(mark, name[NameLength..]);
    }

    private void Mark(ReadOnlySpan<byte> name, Span<byte> mark)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> whole = stackalloc byte[32];
        HKDF.Expand(HashAlgorithmName.SHA256, _key, key, NamePurpose);
        HMACSHA256.HashData(key, name, whole);
        whole[..NameLength].CopyTo(mark);
    }

    private byte[] Encrypt(byte[] plain)
    {
        var bytes = new byte[plain.Length + Overhead];
        var head = bytes.AsSpan(0, SaltLength + NonceLength);
        RandomNumberGenerator.Fill(head);
        using var cipher = Cipher(head[..SaltLength]);
        cipher.Encrypt(
            head[SaltLength..],
            plain,
            bytes.AsSpan(head.Length, plain.Length),
            bytes.AsSpan(head.Length + plain.Length),
            Purpose
        );
        return bytes;
    }

    /// <summary>Opens a handle for a request; null with the flaw, in words for the record, when it is not this request's to use.</summary>
    public HandleContent? Open(string handle, HandleKind kind, HandleBinding binding, DateTimeOffset now, out string? flaw) =>
        Check(Unseal(handle), kind, binding, now, out flaw);

    /// <summary>The same for what was unsealed already; null: it could not be.</summary>
    public static HandleContent? Check(HandleContent? content, HandleKind kind, HandleBinding binding, DateTimeOffset now, out string? flaw)
    {
        flaw = content switch
        {
            null => "handle-not-ours",
            _ when content.Kind != kind => "handle-of-another-kind",
            _ when content.Binding.Client != binding.Client => "handle-of-another-client",
            _ when content.Binding.Tenant != binding.Tenant || content.Binding.Route != binding.Route => "handle-of-another-route",
            _ when content.Binding.Context != binding.Context => "handle-of-another-context",
            _ when content.Binding != binding => "handle-of-another-approval",
            _ when content.Expires <= now => "handle-expired",
            _ => null,
        };
        return flaw is null ? content : null;
    }

    private HandleContent? Unseal(string handle)
    {
        if (handle.Length > MaxLength || !Base64Url.IsValid(handle))
        {
            return null;
        }

        // One spelling only: the spare bits of the last character are part of the seal.
        var bytes = Base64Url.DecodeFromChars(handle);
        return Base64Url.EncodeToString(bytes) == handle ? Unseal(bytes) : null;
    }

    /// <summary>The content of sealed bytes; null where these nodes did not seal them.</summary>
    public HandleContent? Unseal(byte[] bytes)
    {
        if (bytes.Length <= Overhead)
        {
            return null;
        }

        var sealedBytes = bytes.AsSpan();
        var plain = new byte[bytes.Length - Overhead];
        try
        {
            using var cipher = Cipher(sealedBytes[..SaltLength]);
            cipher.Decrypt(
                sealedBytes.Slice(SaltLength, NonceLength),
                sealedBytes.Slice(SaltLength + NonceLength, plain.Length),
                sealedBytes[^TagLength..],
                plain,
                Purpose
            );
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return HandlePadding.Find(plain) is { } content ? HandleFormat.Read(content) : null;
    }

    private AesGcm Cipher(ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[32];
        HKDF.Expand(HashAlgorithmName.SHA256, _key, key, salt);
        return new AesGcm(key, TagLength);
    }
}
