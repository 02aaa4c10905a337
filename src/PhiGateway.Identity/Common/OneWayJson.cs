using System.Text;
using System.Text.Json;

namespace PhiGateway.Identity.Common;

/// <summary>
/// Parses JSON that strangers, issuers and other services wrote. Called in the place of the library's own parser, which lets a name through
/// that is no Unicode text, such as half of a surrogate pair: whoever asks for any member then is thrown at.
/// </summary>
public static class OneWayJson
{
    /// <summary>Parses a whole document.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="options">Depth, and whether a name may stand twice.</param>
    /// <exception cref="JsonException">It is not JSON as the options want it, or a name is no text.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json, JsonDocumentOptions options)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, options);
        }
        catch (InvalidOperationException)
        {
            // Met where names are compared with each other.
            throw NoText();
        }

        // Only what is written with an escape can be no text.
        if (!json.Span.Contains((byte)'\\') || HasNames(document.RootElement))
        {
            return document;
        }

        document.Dispose();
        throw NoText();
    }

    /// <summary>The same of a text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="options">Depth, and whether a name may stand twice.</param>
    /// <exception cref="JsonException">It is not JSON as the options want it, or a name is no text.</exception>
    public static JsonDocument Parse(string json, JsonDocumentOptions options) => Parse(Encoding.UTF8.GetBytes(json), options);

    /// <summary>Whether every member has a name that is a text: of one that has not, nothing can be asked.</summary>
    /// <param name="value">As deep as a document may be.</param>
    public static bool HasNames(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(static member => member.Name is not null && HasNames(member.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(HasNames),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static JsonException NoText() => new("A name is no text.", path: null, lineNumber: 0, bytePositionInLine: 0);
}
