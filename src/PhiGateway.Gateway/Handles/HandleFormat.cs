using System.Text;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Handles;

/// <summary>
/// Writes the content of a handle as bytes and reads it back: a version, then the fields in a fixed order; called by the sealer.
/// </summary>
internal static class HandleFormat
{
    private const byte Version = 2;

    public static byte[] Write(HandleContent content)
    {
        using var bytes = new MemoryStream(512);
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Version);
        writer.Write((byte)content.Kind);
        writer.Write(content.Expires.ToUnixTimeSeconds());
        writer.Write(content.Binding.Client);
        writer.Write(content.Binding.Tenant);
        writer.Write(content.Binding.Route);
        writer.Write(content.Binding.Fingerprint);
        writer.Write(content.Binding.UseCase);
        writer.Write(content.Upstream);
        writer.Write7BitEncodedInt(content.From);
        writer.Write7BitEncodedInt(content.Size);
        writer.Write(content.Before is not null);
        writer.Write(content.Before?.Place ?? string.Empty);
        writer.Write7BitEncodedInt(content.Before?.From ?? 0);
        writer.Write(content.Original.Method);
        writer.Write(content.Original.Target);
        writer.Write(content.Original.ContentType ?? string.Empty);
        writer.Write(content.Original.IsAsync);
        writer.Write7BitEncodedInt(content.Original.Body.Length);
        writer.Write(content.Original.Body.Span);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Null for bytes of another version or with anything left over.</summary>
    public static HandleContent? Read(byte[] plain)
    {
        using var bytes = new MemoryStream(plain);
        using var reader = new BinaryReader(bytes, Encoding.UTF8);
        try
        {
            if (reader.ReadByte() != Version)
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
                reader.ReadString()
            );
            var upstream = reader.ReadString();
            var (from, size) = (reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
            var (hasBefore, before, beforeFrom) = (reader.ReadBoolean(), reader.ReadString(), reader.Read7BitEncodedInt());
            var (method, target, type, isAsync) = (reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadBoolean());
            var length = reader.Read7BitEncodedInt();
            var body = reader.ReadBytes(length);
            if (body.Length != length || bytes.Position != bytes.Length)
            {
                return null;
            }

            var original = new OriginalRequest(method, target, type.Length == 0 ? null : type, isAsync, body);
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
