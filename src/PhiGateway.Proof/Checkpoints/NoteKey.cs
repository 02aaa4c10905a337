using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace PhiGateway.Proof.Checkpoints;

/// <summary>A published Ed25519 key that verifies signed notes: <c>name+0123abcd+base64</c>. Immutable.</summary>
public sealed class NoteKey
{
    /// <summary>Ed25519 over the text of a note, in C2SP signed-note.</summary>
    public const byte Ed25519Type = 1;

    private readonly PublicKey _key;

    internal NoteKey(string name, ReadOnlySpan<byte> publicKey)
    {
        Name = name;
        _key = PublicKey.Import(SignatureAlgorithm.Ed25519, publicKey, KeyBlobFormat.RawPublicKey);
        Id = IdOf(name, Ed25519Type, publicKey);
    }

    /// <summary>Whose key it is.</summary>
    public string Name { get; }

    /// <summary>First four bytes of the hash over name and key: finds the key of a signature.</summary>
    public uint Id { get; }

    /// <summary>The 32 bytes of the key.</summary>
    public byte[] PublicBytes => _key.Export(KeyBlobFormat.RawPublicKey);

    /// <summary>Reads a published key; null when it is none, or one of another algorithm.</summary>
    public static NoteKey? Parse(string text)
    {
        if (!TrySplit(text, Ed25519Type, 32, out var name, out var id, out var publicKey))
        {
            return null;
        }

        try
        {
            var key = new NoteKey(name, publicKey);
            return key.Id == id ? key : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether a text can be the name of a key: not empty, no space, no plus, nothing that breaks a line.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && !name.Any(static c => c == '+' || char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c));

    /// <summary>Whether it signed these bytes.</summary>
    public bool Verifies(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        signature.Length == 64 && SignatureAlgorithm.Ed25519.Verify(_key, text, signature);

    /// <summary>As it is published.</summary>
    public override string ToString() => Write(Name, Id, Ed25519Type, PublicBytes);

    /// <summary>Takes a published key of a type and length apart; false when it is none, or one of another use.</summary>
    internal static bool TrySplit(string text, byte type, int length, out string name, out uint id, out byte[] publicKey)
    {
        (name, id, publicKey) = (string.Empty, 0, []);
        var parts = text.Split('+', 3);
        var bytes = new byte[length + 1];
        if (
            parts.Length != 3
            || !IsName(parts[0])
            || parts[1].Length != 8
            || !uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id)
            || !Convert.TryFromBase64String(parts[2], bytes, out var count)
            || count != bytes.Length
            || bytes[0] != type
        )
        {
            return false;
        }

        (name, publicKey) = (parts[0], bytes[1..]);
        return true;
    }

    /// <summary>Writes a key as it is published.</summary>
    internal static string Write(string name, uint id, byte type, ReadOnlySpan<byte> publicKey) =>
        $"{name}+{id:x8}+{Convert.ToBase64String([type, .. publicKey])}";

    /// <summary>First four bytes of the hash over name, type and key.</summary>
    internal static uint IdOf(string name, byte type, ReadOnlySpan<byte> publicKey)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(name) + 2 + publicKey.Length];
        var at = Encoding.UTF8.GetBytes(name, bytes);
        bytes[at++] = (byte)'\n';
        bytes[at++] = type;
        publicKey.CopyTo(bytes.AsSpan(at));
        return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(bytes));
    }
}
