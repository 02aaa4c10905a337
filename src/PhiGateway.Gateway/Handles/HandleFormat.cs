using System.IO.Compression;
using System.Text;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Handles;

/// <summary>
/// Writes the content of a handle as bytes and reads it back: a version, then the fields in a fixed order; called by the sealer.
/// </summary>
internal static class HandleFormat
{
    private const byte Version = 4;

    // The same, with the request packed: a list of ids takes half of what it is written in.
    private const byte PackedVersion = 5;

    // What is shorter is not worth packing; what is longer has no handle, since each use reads it all again.
    private const int Short = 1024;
    private const int Longest = 256 * 1024;

    /// <summary>Null for a request that is too long to be sealed.</summary>
    public static byte[]? Write(HandleContent content)
    {
        var original = content.Original;
        if (original.Target.Length + original.Body.Length > Longest)
        {
            return null;
        }

        // Packed by itself: how well it packs says nothing of the place that the upstream named.
        var isPacked = original.Target.Length + original.Body.Length > Short;
        using var bytes = new MemoryStream(512);
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(isPacked ? PackedVersion : Version);
        writer.Write((byte)content.Kind);
        writer.Write(content.Expires.ToUnixTimeSeconds());
        writer.Write(content.Binding.Client);
        writer.Write(content.Binding.Tenant);
        writer.Write(content.Binding.Route);
        writer.Write(content.Binding.Fingerprint);
        writer.Write(content.Binding.UseCase);
        writer.Write(content.Binding.Context);
        writer.Write(content.Upstream);
        writer.Write7BitEncodedInt(content.From);
        writer.Write7BitEncodedInt(content.Size);
        writer.Write(content.Before is not null);
        writer.Write(content.Before?.Place ?? string.Empty);
        writer.Write7BitEncodedInt(content.Before?.From ?? 0);
        if (isPacked)
        {
            WritePacked(original, writer);
        }
        else
        {
            WriteOriginal(original, writer);
        }

        writer.Flush();
        return bytes.ToArray();
    }

    private static void WriteOriginal(OriginalRequest original, BinaryWriter writer)
    {
        writer.Write(original.Method);
        writer.Write(original.Target);
        writer.Write(original.ContentType ?? string.Empty);
        writer.Write(original.IsAsync);
        writer.Write7BitEncodedInt(original.Body.Length);
        writer.Write(original.Body.Span);
    }

    private static void WritePacked(OriginalRequest original, BinaryWriter writer)
    {
        using var plain = new MemoryStream(original.Target.Length + original.Body.Length + 64);
        using (var inner = new BinaryWriter(plain, Encoding.UTF8, leaveOpen: true))
        {
            WriteOriginal(original, inner);
        }

        var packed = new byte[BrotliEncoder.GetMaxCompressedLength((int)plain.Length)];
        _ = BrotliEncoder.TryCompress(plain.GetBuffer().AsSpan(0, (int)plain.Length), packed, out var length, quality: 5, window: 18);
        writer.Write7BitEncodedInt((int)plain.Length);
        writer.Write7BitEncodedInt(length);
        writer.Write(packed.AsSpan(0, length));
    }

    private static byte[]? Unpack(BinaryReader reader)
    {
        var (plainLength, length) = (reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
        if (plainLength is < 0 or > Longest * 4)
        {
            return null;
        }

        var plain = new byte[plainLength];
        return BrotliDecoder.TryDecompress(reader.ReadBytes(length), plain, out var written) && written == plainLength ? plain : null;
    }

    // Null with anything left over.
    private static OriginalRequest? ReadOriginal(BinaryReader reader)
    {
        var (method, target, type, isAsync) = (reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadBoolean());
        var length = reader.Read7BitEncodedInt();
        var body = reader.ReadBytes(length);
        if (body.Length != length || reader.BaseStream.Position != reader.BaseStream.Length)
        {
            return null;
        }

        return new OriginalRequest(method, target, type.Length == 0 ? null : type, isAsync, body);
    }

    private static OriginalRequest? ReadPacked(BinaryReader reader)
    {
        if (Unpack(reader) is not { } plain || reader.BaseStream.Position != reader.BaseStream.Length)
        {
            return null;
        }

        using var inner = new BinaryReader(new MemoryStream(plain), Encoding.UTF8);
        return ReadOriginal(inner);
    }

    /// <summary>Null for bytes of another version or with anything left over.</summary>
    public static HandleContent? Read(byte[] plain)
    {
        using var bytes = new MemoryStream(plain);
        using var reader = new BinaryReader(bytes, Encoding.UTF8);
        try
        {
            var version = reader.ReadByte();
            if (version is not (Version or PackedVersion))
            {
                return null;
            }

            var kind = (HandleKind)reader.ReadByte();
            var expires = DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64());
            var binding = new HandleBinding(
                reader.ReadString(),
                reader.ReadString(),
                reader.ReadString(),
                reader.ReadString(),
                reader.ReadString(),
                reader.ReadString()
            );
            var upstream = reader.ReadString();
            var (from, size) = (reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
            var (hasBefore, before, beforeFrom) = (reader.ReadBoolean(), reader.ReadString(), reader.Read7BitEncodedInt());
            var original = version == PackedVersion ? ReadPacked(reader) : ReadOriginal(reader);
            if (original is null)
            {
                return null;
            }

            return new HandleContent(kind, binding, expires, original, upstream)
            {
                From = from,
                Size = size,
                Before = hasBefore ? new PagePlace(before, beforeFrom) : null,
            };
        }
        catch (Exception fault) when (fault is IOException or FormatException or ArgumentException)
        {
            // It was sealed with our key by another build.
            return null;
        }
    }
}
