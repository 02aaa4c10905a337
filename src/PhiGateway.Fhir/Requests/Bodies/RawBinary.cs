using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Bodies;

/// <summary>
/// Turns the content of a Binary that comes in its own media type (R4 Binary, 2.8.2), with whose it is in <c>X-Security-Context</c>, into the
/// resource that it means. From there on it is a create or an update like any other. Asked by the router.
/// </summary>
internal static class RawBinary
{
    private const int LongestType = 128;

    private static readonly JsonWriterOptions Plain = new()
    {
        SkipValidation = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    // RFC 6838 section 4.2, in lower case.
    private static readonly SearchValues<char> InType = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+");

    // Forms of FHIR are the resource itself, and what a browser's form sends is no file.
    private static readonly string[] NoContent =
    [
        "application/json",
        "text/json",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/x-www-form-urlencoded",
    ];

    /// <summary>Whether the body is the content of a Binary and not the resource.</summary>
    internal static bool IsOne(RequestSource source) =>
        source.Bundle is null
        && source.Line.SegmentArray is ["Binary"] or ["Binary", _]
        && source.Method == (source.Line.SegmentArray.Length == 1 ? "POST" : "PUT")
        && FhirId.IsValid(source.Line.SegmentArray[^1])
        && source.Headers.ContentType is { } type
        && TryReadType(type, out var mediaType)
        && !IsFhir(mediaType, source.Body.Span);

    /// <summary>The same request with the resource in the place of its content.</summary>
    internal static Reading<RequestSource> Read(RequestSource source)
    {
        if (source.Body.IsEmpty)
        {
            return Refusal.Body("Binary without content").As<RequestSource>();
        }

        var owner = source.Headers.SecurityContext;
        if (owner is not null && !LocalReference.TryRead(owner, source.Context, out _))
        {
            return Refusal.Header("X-Security-Context is not a reference to this server").As<RequestSource>();
        }

        var output = new ArrayBufferWriter<byte>((source.Body.Length / 3 * 4) + 512);
        using (var json = new Utf8JsonWriter(output, Plain))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Binary");
            if (source.Line.SegmentArray is [_, var id])
            {
                json.WriteString("id", id);
            }

            json.WriteString("contentType", source.Headers.ContentType!.Trim());
            if (owner is not null)
            {
                json.WriteStartObject("securityContext");
                json.WriteString("reference", owner);
                json.WriteEndObject();
            }

            json.WriteBase64String("data", source.Body.Span);
            json.WriteEndObject();
        }

        return Reading<RequestSource>.Of(
            source with
            {
                Body = output.WrittenMemory,
                Headers = source.Headers with { ContentType = "application/fhir+json", SecurityContext = null },
            }
        );
    }

    private static bool TryReadType(string text, out string mediaType)
    {
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        mediaType = (semicolon < 0 ? text : text[..semicolon]).Trim().ToLowerInvariant();
        return text.Length <= LongestType
            && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
            && mediaType.Split('/') is [{ Length: > 0 } main, { Length: > 0 } sub]
            && !main.AsSpan().ContainsAnyExcept(InType)
            && !sub.AsSpan().ContainsAnyExcept(InType)
            && main != "multipart";
    }

    private static bool IsFhir(string mediaType, ReadOnlySpan<byte> body) =>
        mediaType.Contains("fhir", StringComparison.Ordinal)
        || Array.IndexOf(NoContent, mediaType) >= 0
        || (mediaType is "text/xml" or "application/xml" && body.IndexOf("http://hl7.org/fhir"u8) >= 0);
}
