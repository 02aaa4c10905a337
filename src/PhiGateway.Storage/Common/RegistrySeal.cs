using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Storage.Common;

/// <summary>
/// Computes and checks the control plane's seal on a registry document: an HMAC over all that it says. Written with each document, checked
/// by whoever reads one; a row that somebody else wrote is an empty document, which closes what depends on it (<see cref="RefusedForm"/>).
/// Thread-safe.
/// </summary>
public sealed class RegistrySeal
{
    /// <summary>Length of a key.</summary>
    public const int KeyBytes = 32;

    private const int MostKept = 1000;
    private static readonly byte[] Tag = "phigw/registry-seal/v1\n"u8.ToArray();
    private static readonly byte[] NodeTag = "phigw/node-status-seal/v1\n"u8.ToArray();

    private readonly byte[] _key;
    private readonly ConcurrentDictionary<(RegistryKind Kind, string Id, long Revision), byte> _refused = new();

    /// <summary>Uses a key that every node of a registry shares.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="isRequired">Whether a document without a seal is refused as well; false while a registry is being sealed.</param>
    public RegistrySeal(ReadOnlySpan<byte> key, bool isRequired)
    {
        _key = key.Length == KeyBytes ? key.ToArray() : throw new ArgumentException($"A seal key has {KeyBytes} bytes.", nameof(key));
        IsRequired = isRequired;
    }

    /// <summary>Told once of each document that was refused: its kind, its id, and whether it had a seal at all.</summary>
    public event Action<RegistryKind, string, bool>? Refused;

    /// <summary>Whether a document without a seal is refused.</summary>
    public bool IsRequired { get; }

    /// <summary>How many documents were refused since the start.</summary>
    public int RefusedCount => _refused.Count;

    /// <summary>The seal of a document.</summary>
    public byte[] Of(RegistryItem item)
    {
        var most = Tag.Length + 27 + Encoding.UTF8.GetMaxByteCount(item.Id.Length + item.UpdatedBy.Length + item.Json.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            Tag.CopyTo(buffer, 0);
            var at = Tag.Length;
            BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(at), (short)item.Kind);
            BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(at + 2), item.Version);
            BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(at + 10), item.Revision);
            buffer[at + 18] = item.Deleted ? (byte)1 : (byte)0;
            at = Write(buffer, at + 19, item.Id);
            at = Write(buffer, at, item.UpdatedBy);
            at += Encoding.UTF8.GetBytes(item.Json, buffer.AsSpan(at));
            return HMACSHA256.HashData(_key, buffer.AsSpan(0, at));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The document as it may be believed: itself, or one in its place that says nothing but whom that closes.</summary>
    public RegistryItem Check(RegistryItem item, byte[]? seal)
    {
        if (seal is null ? !IsRequired : CryptographicOperations.FixedTimeEquals(seal, Of(item)))
        {
            return item;
        }

        if (_refused.Count < MostKept && _refused.TryAdd((item.Kind, item.Id, item.Revision), 0))
        {
            Refused?.Invoke(item.Kind, item.Id, seal is not null);
        }

        // Not as deleted either: what somebody else deleted is not gone, and what he brought is not there.
        return item with
        {
            Json = RefusedForm.Of(item),
            Deleted = false,
        };
    }

    /// <summary>The seal of what a node says of itself.</summary>
    public byte[] Of(NodeStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        using var bytes = new MemoryStream(128);
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(NodeTag);
        writer.Write(status.Node);
        writer.Write(status.Revision);
        writer.Write(MicrosecondsOf(status.At));
        writer.Write(status.Problem is not null);
        writer.Write(status.Problem ?? string.Empty);
        writer.Write(status.Confirmed is not null);
        writer.Write(MicrosecondsOf(status.Confirmed ?? DateTimeOffset.UnixEpoch));
        writer.Write(status.Unshipped is not null);
        writer.Write(status.Unshipped ?? 0);
        writer.Flush();
        return HMACSHA256.HashData(_key, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>What a node says of itself as it may be believed: itself, or that there is such a node and no more.</summary>
    public NodeStatus Check(NodeStatus status, byte[]? seal) =>
        (seal is null ? !IsRequired : CryptographicOperations.FixedTimeEquals(seal, Of(status)))
            ? status
            : new NodeStatus(status.Node, 0, status.At, "What stands here does not bear the registry's seal: the node did not write it.")
            {
                IsUnproven = true,
            };

    // As databases keep times.
    private static long MicrosecondsOf(DateTimeOffset time) => time.UtcTicks / TimeSpan.TicksPerMicrosecond;

    // The length before the text: no two documents give the same bytes.
    private static int Write(byte[] buffer, int at, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, buffer.AsSpan(at + 4));
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(at), length);
        return at + 4 + length;
    }
}
