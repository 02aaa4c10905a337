using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PhiGateway.Gateway.Handles;

/// <summary>
/// Gives the content of a handle a length that says nothing of the place that the upstream named; called by the sealer.
/// </summary>
/// <remarks>
/// Security: encryption keeps lengths, and that of a place tells how far the upstream has counted, withheld matches included: an offset of
/// three digits, another page at all. What the client sent keeps its own length; for the rest there is one room. Where the next larger room
/// begins hangs on a key and on what was asked, so that nobody can bring a place up to that edge by the length of a question.
/// </remarks>
internal sealed class HandlePadding(byte[] key)
{
    // A place and the one of the page before.
    private const int Room = 1024;
    private const int Step = 256;

    // The first byte of content that was padded; the versions of the format are below it.
    private const byte Mark = 6;
    private const int Head = 1 + sizeof(int);

    /// <summary>The content in its room; null where it is beyond the most without any.</summary>
    /// <param name="plain">The content as written.</param>
    /// <param name="content">The same.</param>
    /// <param name="most">Most bytes; a room that does not fit is as large as there is place for.</param>
    public byte[]? Pad(byte[] plain, HandleContent content, int most)
    {
        var least = plain.Length + Head;
        if (least > most)
        {
            return null;
        }

        var secret = LengthOf(content);
        var room = Room - EdgeOf(content);
        while (room < secret)
        {
            room += Step;
        }

        var padded = new byte[Math.Min(most, least - secret + room)];
        padded[0] = Mark;
        BinaryPrimitives.WriteInt32LittleEndian(padded.AsSpan(1), plain.Length);
        plain.CopyTo(padded, Head);
        return padded;
    }

    /// <summary>The content in its room; content without one, as older nodes seal it, as it is. Null where it cannot be read.</summary>
    public static byte[]? Find(byte[] padded)
    {
        if (padded is not [Mark, ..])
        {
            return padded;
        }

        var length = padded.Length < Head ? -1 : BinaryPrimitives.ReadInt32LittleEndian(padded.AsSpan(1));
        return length >= 0 && length <= padded.Length - Head ? padded[Head..(Head + length)] : null;
    }

    // What the upstream's counting can make longer, as the format writes it.
    private static int LengthOf(HandleContent content) =>
        LengthOf(content.Upstream)
        + LengthOf(content.From)
        + LengthOf(content.Before?.Place ?? string.Empty)
        + LengthOf(content.Before?.From ?? 0);

    private static int LengthOf(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes + LengthOf(bytes);
    }

    // Seven bits a byte.
    private static int LengthOf(int number)
    {
        var bytes = 1;
        for (var rest = (uint)number >> 7; rest > 0; rest >>= 7)
        {
            bytes++;
        }

        return bytes;
    }

    private int EdgeOf(HandleContent content)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        mac.AppendData(Encoding.UTF8.GetBytes(content.Binding.Client));
        mac.AppendData([0]);
        mac.AppendData(Encoding.UTF8.GetBytes(content.Original.Target));
        mac.AppendData([0]);
        mac.AppendData(content.Original.Body.Span);
        // A byte has as many values as a step has bytes.
        return mac.GetHashAndReset()[0];
    }
}
