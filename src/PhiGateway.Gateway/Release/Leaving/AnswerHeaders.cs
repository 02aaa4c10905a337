using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>Writes the headers of a released answer from a short list of the gateway's own; no upstream header is copied.</summary>
internal static class AnswerHeaders
{
    /// <summary>
    /// What leaves of the upstream's answer to a FHIR request: version and date of the one resource that is released, or that was written.
    /// </summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="status">Status for the client.</param>
    /// <param name="bytes">What may leave of the body.</param>
    /// <param name="isChanged">Whether that differs from the body.</param>
    /// <param name="location">Where a created resource is; null: none was created, or it cannot be said.</param>
    public static OutgoingAnswer Describe(
        GatewayExchange exchange,
        int status,
        ReadOnlyMemory<byte> bytes,
        bool isChanged,
        string? location
    )
    {
        var answer = exchange.Forwarded.Answer;
        var isVersioned = IsVersioned(exchange);
        if (IsKnownToClient(exchange))
        {
            return new OutgoingAnswer(StatusCodes.Status304NotModified, default, KnownMediaTypes.FhirJsonUtf8)
            {
                EntityTag = TagOf(exchange),
                LastModified = answer.LastModified,
            };
        }

        return new OutgoingAnswer(status, bytes, KnownMediaTypes.FhirJsonUtf8)
        {
            IsChanged = isChanged,
            EntityTag = isVersioned ? TagOf(exchange) : null,
            LastModified = isVersioned ? answer.LastModified : null,
            Location = location,
        };
    }

    /// <summary>Writes status and headers of a whole answer.</summary>
    public static void Write(GatewayExchange exchange, in OutgoingAnswer answer)
    {
        var response = exchange.Http.Response;
        WriteCommon(exchange, answer.Status);
        if (!answer.Body.IsEmpty)
        {
            response.ContentType = answer.ContentType;
        }

        if (answer.Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
        {
            response.ContentLength = answer.Body.Length;
        }

        var headers = response.Headers;
        if (answer.IsChanged)
        {
            headers[KnownHeaders.Intermediary] = exchange.Http.Request.Host.Host;
        }

        if (answer.IsContent)
        {
            SayWhole(exchange);
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        }

        if (answer.EntityTag is { } tag)
        {
            headers.ETag = tag;
        }

        if (answer.LastModified is { } date)
        {
            headers.LastModified = date.ToString("R", CultureInfo.InvariantCulture);
        }

        if (answer.Location is { } location)
        {
            headers.Location = location;
        }
    }

    /// <summary>Writes the headers of an answer whose length is not known yet, and of which anything may have been withheld.</summary>
    public static void WriteStream(GatewayExchange exchange, string contentType)
    {
        WriteCommon(exchange, exchange.Status);
        exchange.Http.Response.ContentType = contentType;
        exchange.Http.Response.Headers[KnownHeaders.Intermediary] = exchange.Http.Request.Host.Host;
    }

    // A file leaves whole or not at all (RFC 9110, 14.2): what a part of it holds depends on what is judged now, and a part that is put
    // behind an earlier one would make a file of two judgements.
    private static void SayWhole(GatewayExchange exchange) => exchange.Http.Response.Headers.AcceptRanges = "none";

    private static void WriteCommon(GatewayExchange exchange, int status)
    {
        var response = exchange.Http.Response;
        response.StatusCode = status;
        if (exchange.Kind == RequestKind.Export && exchange.Asked.Interaction == Interaction.ExportFile)
        {
            SayWhole(exchange);
        }

        response.Headers[KnownHeaders.RequestId] = exchange.IdText;
        if (exchange.Kind == RequestKind.PublicDocument)
        {
            // Browser apps read both before they know anybody (SMART: CORS open to every origin for these two).
            response.Headers.AccessControlAllowOrigin = "*";
        }
        else
        {
            response.Headers.CacheControl = "no-store";
        }
    }

    /// <summary>
    /// Whether the answer is one resource that was released, with a version and a date of its own; of a Bundle, the first of what leaves.
    /// </summary>
    public static bool IsOneResource(GatewayExchange exchange) =>
        exchange.Disclosure.Records == 1 && (exchange.Request.Interaction is Interaction.Read or Interaction.VRead || IsOfChange(exchange));

    /// <summary>Whether the answer is to a request that stores a resource.</summary>
    public static bool IsOfChange(GatewayExchange exchange) =>
        exchange.Request.Interaction is Interaction.Create or Interaction.Update or Interaction.Patch;

    /// <summary>
    /// Whether the answer is about one version that may be told of: of the one resource that was released, or of what this client has written,
    /// whether it comes back or not (its next <c>If-Match</c> needs it).
    /// </summary>
    public static bool IsVersioned(GatewayExchange exchange) => IsOneResource(exchange) || HasWritten(exchange);

    // A server that knows a duplicate by itself answers a creation with 200 and what stands there: that this client has not written.
    private static bool HasWritten(GatewayExchange exchange) =>
        IsOfChange(exchange)
        && (
            exchange.Request.Interaction != Interaction.Create
            || exchange.Forwarded.Answer.Status is StatusCodes.Status201Created or StatusCodes.Status204NoContent
        );

    /// <summary>Whether the one resource that may leave is what the client has already, by its own word.</summary>
    /// <remarks>
    /// Judged and put on record like any other read: only who would be given it is told that it is the one that it has. Of a part of a
    /// resource the version does not say that the part is the same.
    /// </remarks>
    public static bool IsKnownToClient(GatewayExchange exchange)
    {
        var request = exchange.Request;
        return request is { Interaction: Interaction.Read or Interaction.VRead, AsksContent: false }
            && IsOneResource(exchange)
            && exchange.Conditional is null
            && !exchange.Disclosure.Redacted
            && IsWhole(request)
            && (request.Headers.IfNoneMatch is { } known ? IsNamed(exchange, known) : IsUnchangedSince(exchange));
    }

    // What only says how an answer is written says nothing of what is in it.
    private static bool IsWhole(FhirRequest request)
    {
        for (var i = 0; i < request.Parameters.Count; i++)
        {
            if (request.Parameters[i].Name is not ("_format" or "_pretty"))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNamed(GatewayExchange exchange, string known)
    {
        if (VersionTags.Read(TagOf(exchange)) is not { } version)
        {
            return false;
        }

        foreach (var item in known.Split(','))
        {
            var one = item.Trim();
            if (one == "*" || VersionTags.Read(one) == version)
            {
                return true;
            }
        }

        return false;
    }

    // By the date that the client was given with it; beside tags it is not looked at (RFC 9110, 13.1.3).
    private static bool IsUnchangedSince(GatewayExchange exchange) =>
        exchange.Request.Headers.IfModifiedSince is { } text
        && TryParseTime(exchange, text, out var since)
        && exchange.Forwarded.Answer.LastModified is { } changed
        && changed <= since;

    // A date of HTTP's, and in an entry of a bundle an instant (R4 Bundle.entry.request.ifModifiedSince).
    private static bool TryParseTime(GatewayExchange exchange, string text, out DateTimeOffset time) =>
        exchange.Bundle is null
            ? HeaderUtilities.TryParseDate(text, out time)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <summary>
    /// The version of which <see cref="IsVersioned"/> speaks: the resource's own word, else the header's; null when it is not known.
    /// </summary>
    public static string? TagOf(GatewayExchange exchange) =>
        VersionTags.Write((IsOneResource(exchange) ? exchange.Disclosure.Resources[0].VersionId : null) ?? HeaderVersionOf(exchange));

    // Of a record that leaves in part not, read or echoed: a server without versions may work its tag out from all that the record holds.
    private static string? HeaderVersionOf(GatewayExchange exchange) =>
        exchange.Disclosure.Redacted && IsOneResource(exchange) ? null : exchange.Forwarded.Answer.VersionId;
}
