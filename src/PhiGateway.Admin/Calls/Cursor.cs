using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace PhiGateway.Admin.Calls;

/// <summary>Opaque place in a list: the sort value and id after which the next page begins.</summary>
/// <param name="Sort">Sort value of the last item; null: sorted by id.</param>
/// <param name="Id">Id of the last item.</param>
internal sealed record Cursor(string? Sort, string Id)
{
    public string Encode() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this));

    public static Cursor? Decode(string text)
    {
        try
        {
            return
                text.Length <= 2048
                && JsonSerializer.Deserialize<Cursor>(Base64Url.DecodeFromChars(text)) is { Id: not null } cursor
                && IsText(cursor.Id)
                && (cursor.Sort is null || IsText(cursor.Sort))
                ? cursor
                : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or DecoderFallbackException)
        {
            return null;
        }
    }

    // Nothing that was listed holds what no database can: no control character, no half of a surrogate pair.
    private static bool IsText(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                return false;
            }
        }

        return true;
    }
}
