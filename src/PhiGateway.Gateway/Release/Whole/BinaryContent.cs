using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Whole;

/// <summary>
/// Takes the content out of a Binary that was judged and may leave, for a client that asked for the content; used for whole answers.
/// </summary>
internal static class BinaryContent
{
    private static readonly SearchValues<char> TypeCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789!#$&^_.+-/".AsSpan()
    );

    /// <summary>
    /// The content in the place of the resource; where the Binary as it leaves has none, or none of a type that the client takes, the
    /// resource itself for a client that takes it, else a refusal.
    /// </summary>
    /// <param name="exchange">The read.</param>
    /// <param name="answer">The Binary as it may leave.</param>
    public static StageResult<OutgoingAnswer> Of(GatewayExchange exchange, OutgoingAnswer answer)
    {
        string? type = null;
        string? charset = null;
        byte[]? content = null;
        var isReadable = true;
        var reader = new Utf8JsonReader(answer.Body.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isData) = (reader.ValueTextEquals("contentType"u8), reader.ValueTextEquals("data"u8));
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
            {
                var said = reader.GetString();
                type = KnownMediaTypes.WithoutParameters(said);
                charset = MediaTypeHeaderValue.TryParse(said, out var parsed) ? parsed.CharSet : null;
            }
            else if (isData && reader.TokenType == JsonTokenType.String && !reader.TryGetBytesFromBase64(out content))
            {
                isReadable = false;
            }

            reader.Skip();
        }

        var isContent = content is not null && type is not null && IsMediaType(type);
        if (isContent && exchange.Request.Takes(type!))
        {
            return answer with { Body = content, ContentType = Named(type!, charset), IsContent = true };
        }

        if (exchange.Request.TakesResources)
        {
            return answer;
        }

        if (!isReadable)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "binary-data");
        }

        return isContent
            ? StageResult.Refuse(DenyReason.NotAcceptable, "binary-content-type")
            : StageResult.Refuse(DenyReason.NotFoundOrWithheld, "binary-without-content");
    }

    private static string Named(string type, string? charset) =>
        charset is not null && charset.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') ? $"{type}; charset={charset}" : type;

    private static bool IsMediaType(string type) =>
        type.Length < 128 && !type.AsSpan().ContainsAnyExcept(TypeCharacters) && type.Split('/') is [{ Length: > 0 }, { Length: > 0 }];
}
