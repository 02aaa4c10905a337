using System.Text.Json;

namespace PhiGateway.Audit.Records;

/// <summary>
/// Remembers the last short texts that were read at one place of many records, so that one text stands for many and is compared, not made.
/// Not thread-safe; used by what reads the trail record by record.
/// </summary>
/// <param name="places">How many are remembered at most: a power of two.</param>
internal sealed class KnownText(int places = 8)
{
    private const int MostBytes = 64;
    private readonly (byte[] Bytes, string Text)?[] _known = new (byte[], string)?[places];

    /// <summary>The text, or the name, at which a reader stands; null for null.</summary>
    /// <exception cref="InvalidOperationException">It stands at something else.</exception>
    public string? Of(ref Utf8JsonReader reader)
    {
        var bytes = reader.ValueSpan;
        var isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
        if (!isText || reader.ValueIsEscaped || bytes.Length is 0 or > MostBytes)
        {
            return reader.GetString();
        }

        // Where it may stand follows from three of its letters and its length.
        var sum = bytes[0] + (bytes[^1] * 3) + (bytes[bytes.Length / 2] * 7) + (bytes.Length * 13);
        ref var place = ref _known[sum & (places - 1)];
        if (place is { } known && bytes.SequenceEqual(known.Bytes))
        {
            return known.Text;
        }

        var text = reader.GetString()!;
        place = (bytes.ToArray(), text);
        return text;
    }
}
