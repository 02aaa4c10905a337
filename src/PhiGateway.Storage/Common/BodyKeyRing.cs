using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Storage.Common;

/// <summary>
/// The key-encryption keys of the audit store: each wraps the data keys under which bodies of records are sealed. Made of configuration,
/// shared by every node of a store. Thread-safe.
/// </summary>
/// <remarks>Rotation: a new key becomes the current one; older ones stay until what they wrapped is wrapped anew.</remarks>
public sealed class BodyKeyRing
{
    /// <summary>Length of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Longest name of a key, in ASCII characters.</summary>
    public const int MostName = 64;

    internal const int NonceBytes = 12;
    internal const int TagBytes = 16;

    private const byte Format = 1;
    private const int Head = 2;
    private static readonly byte[] Domain = "phigw/body-key/v1\n"u8.ToArray();

    private readonly Dictionary<string, byte[]> _keys;
    private volatile bool _hasOpened;

    /// <summary>Takes the keys by their names.</summary>
    /// <param name="keys">32 bytes each.</param>
    /// <param name="current">The one that wraps new data keys; null: nothing new is sealed, and what is sealed can be read.</param>
    /// <exception cref="ArgumentException">A key or a name is none, or the current one is not among them.</exception>
    public BodyKeyRing(IReadOnlyDictionary<string, byte[]> keys, string? current)
    {
        if (keys.FirstOrDefault(static key => key.Value.Length != KeyBytes || !IsName(key.Key)) is { Key: { } wrong })
        {
            throw new ArgumentException($"A body key has {KeyBytes} bytes and a short name: '{wrong}' has not.", nameof(keys));
        }

        if (current is not null && !keys.ContainsKey(current))
        {
            throw new ArgumentException("The current body key is not among the keys.", nameof(current));
        }

        _keys = keys.ToDictionary(static key => key.Key, static key => key.Value.ToArray(), StringComparer.Ordinal);
        Current = current;
    }

    /// <summary>Name of the key that wraps new data keys; null: none.</summary>
    public string? Current { get; }

    /// <summary>
    /// Whether a data key of the store was opened here since the ring was made: then the keys are configured, and one that nothing opens is a row
    /// to be named, which anybody who ships may have put there.
    /// </summary>
    internal bool HasOpened => _hasOpened;

    /// <summary>Whether a name can be a key's: letters, digits, dot, hyphen and underscore.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= MostName && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>Wraps a data key under the current key.</summary>
    internal byte[] Wrap(long id, ReadOnlySpan<byte> dataKey)
    {
        var name = Encoding.ASCII.GetBytes(Current ?? throw new InvalidOperationException("There is no current body key."));
        var wrapped = new byte[Head + name.Length + NonceBytes + KeyBytes + TagBytes];
        wrapped[0] = Format;
        wrapped[1] = (byte)name.Length;
        name.CopyTo(wrapped, Head);
        var nonce = wrapped.AsSpan(Head + name.Length, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_keys[Current], TagBytes);
        aes.Encrypt(nonce, dataKey, wrapped.AsSpan(^(KeyBytes + TagBytes)..^TagBytes), wrapped.AsSpan(^TagBytes..), Bound(id, name));
        return wrapped;
    }

    /// <summary>The data key that was wrapped.</summary>
    /// <exception cref="BodyKeyException">Its key is not here, or is another one.</exception>
    internal byte[] Unwrap(long id, ReadOnlySpan<byte> wrapped)
    {
        var name = NameOf(wrapped) ?? throw new BodyKeyException($"Data key {id} of the audit store is of no form that is known here.");
        if (!_keys.TryGetValue(name, out var key))
        {
            throw Missing(name);
        }

        var ascii = Encoding.ASCII.GetBytes(name);
        var dataKey = new byte[KeyBytes];
        try
        {
            using var aes = new AesGcm(key, TagBytes);
            var nonce = wrapped.Slice(Head + ascii.Length, NonceBytes);
            aes.Decrypt(nonce, wrapped[^(KeyBytes + TagBytes)..^TagBytes], wrapped[^TagBytes..], dataKey, Bound(id, ascii));
            _hasOpened = true;
            return dataKey;
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new BodyKeyException(
                $"The body key '{name}' is another one than the one that data key {id} of the audit store was wrapped under, or that data key "
                    + "was changed: bodies under it cannot be read. Configure the right key (PhiGateway:Audit:Bodies:Keys)."
            );
        }
    }

    /// <summary>Name of the key under which a data key was wrapped; null: it is of no known form.</summary>
    internal static string? NameOf(ReadOnlySpan<byte> wrapped) =>
        wrapped.Length > Head
        && wrapped[0] == Format
        && wrapped.Length == Head + wrapped[1] + NonceBytes + KeyBytes + TagBytes
        && Encoding.ASCII.GetString(wrapped.Slice(Head, wrapped[1])) is var name
        && IsName(name)
            ? name
            : null;

    /// <summary>Says that a key is missing.</summary>
    internal static BodyKeyException Missing(string name) =>
        new(
            $"Bodies of the audit store are sealed under the body key '{name}', which is not configured here: they cannot be read. "
                + "Add it to PhiGateway:Audit:Bodies:Keys."
        );

    private static byte[] Bound(long id, byte[] name)
    {
        var bound = new byte[Domain.Length + sizeof(long) + name.Length];
        Domain.CopyTo(bound, 0);
        BinaryPrimitives.WriteInt64BigEndian(bound.AsSpan(Domain.Length), id);
        name.CopyTo(bound, Domain.Length + sizeof(long));
        return bound;
    }
}
