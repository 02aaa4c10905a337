using System.Globalization;
using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>Writes the headers of a released answer from a short list of the gateway's own; no upstream header is copied.</summary>
internal static class AnswerHeaders
{
    /// <summary>What leaves of the upstream's answer to a FHIR request: version and date of the one resource that is released.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="status">Status for the client.</param>
    /// <param name="bytes">What may leave of the body.</param>
    /// <param name="isChanged">Whether that differs from the body.</param>
    public static OutgoingAnswer Describe(GatewayExchange exchange, int status, ReadOnlyMemory<byte> bytes, bool isChanged)
    {
        var answer = exchange.Forwarded.Answer;
        var isOne = IsOneResource(exchange);
        if (isOne && IsKnownToClient(exchange))
        {
            return new OutgoingAnswer(StatusCodes.Status304NotModified, default, KnownMediaTypes.FhirJsonUtf8)
            {
                EntityTag = TagOf(exchange),
            };
        }

        return new OutgoingAnswer(status, bytes, KnownMediaTypes.FhirJsonUtf8)
        {
            IsChanged = isChanged,
            EntityTag = isOne ? TagOf(exchange) : null,
            LastModified = isOne ? answer.LastModified : null,
            Location = LocationOf(exchange, answer, status),
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

    private static void WriteCommon(GatewayExchange exchange, int status)
    {
        var response = exchange.Http.Response;
        response.StatusCode = status;
        response.Headers[KnownHeaders.RequestId] = exchange.Id.ToString();
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

    /// <summary>Whether the answer is one resource that was released, with a version and a date of its own.</summary>
    public static bool IsOneResource(GatewayExchange exchange) =>
        exchange.Disclosure.Resources.Count == 1
        && exchange.Request.Interaction
            is Interaction.Read
                or Interaction.VRead
                or Interaction.Create
                or Interaction.Update
                or Interaction.Patch;

    // Judged and put on record like any other read: only who would be given it is told that it is the one that it has. Of a part of a resource
    // the version does not say that the part is the same.
    private static bool IsKnownToClient(GatewayExchange exchange)
    {
        var request = exchange.Request;
        if (
            request is not { Interaction: Interaction.Read, AsksContent: false, Headers.IfNoneMatch: { } known, Parameters.Count: 0 }
            || exchange.Bundle is not null
            || exchange.Conditional is not null
            || exchange.Disclosure.Redacted
            || TagOf(exchange) is not { } tag
        )
        {
            return false;
        }

        foreach (var item in known.Split(','))
        {
            var one = item.Trim();
            if (one == "*" || one == tag || (one.StartsWith('"') && "W/" + one == tag))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The version of that resource; null when it is not known.</summary>
    public static string? TagOf(GatewayExchange exchange) =>
        exchange.Disclosure.Resources[0].VersionId is { } version && FhirId.IsValid(version) ? $"W/\"{version}\"" : null;

    /// <summary>
    /// Where a created resource is, or the one that a conditional create found; null otherwise. Only a place below the upstream's own base
    /// has a name on this side.
    /// </summary>
    public static string? LocationOf(GatewayExchange exchange, UpstreamAnswer answer, int status)
    {
        if (exchange is { Conditional.Interaction: Interaction.Create, Request: { Interaction: Interaction.Read } found })
        {
            return $"{exchange.Ingressed.Route.Language.GatewayBase}/{found.Type.Name}/{found.Id}";
        }

        if (status != StatusCodes.Status201Created || answer.Location is not { } upstream)
        {
            return null;
        }

        var text = upstream.OriginalString;
        foreach (var known in exchange.Ingressed.Route.Language.UpstreamBases)
        {
            if (text.StartsWith(known, StringComparison.Ordinal) && text.Length > known.Length && text[known.Length] == '/')
            {
                text = text[(known.Length + 1)..];
                break;
            }
        }

        var parts = text.TrimStart('/').Split('/');
        return
            parts.Length is 2 or 4
            && ResourceType.TryParse(parts[0], out var type)
            && type == exchange.Request.Type
            && FhirId.IsValid(parts[1])
            && (parts.Length == 2 || (parts[2] == "_history" && FhirId.IsValid(parts[3])))
            ? $"{exchange.Ingressed.Route.Language.GatewayBase}/{string.Join('/', parts)}"
            : null;
    }
}
