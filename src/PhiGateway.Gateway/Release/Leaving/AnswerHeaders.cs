using System.Globalization;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>Writes the headers of a released answer: a short list of our own, none copied.</summary>
internal static class AnswerHeaders
{
    /// <summary>Writes status and headers for a body of this length.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="answer">The upstream's answer.</param>
    /// <param name="length">Bytes that will follow.</param>
    /// <param name="changed">The gateway changed the content, which FHIR R4 3.1.0.1.8 asks intermediaries to say.</param>
    public static void Write(GatewayExchange exchange, UpstreamAnswer answer, int length, bool changed)
    {
        var response = exchange.Http.Response;
        var headers = response.Headers;
        response.StatusCode = exchange.Status;
        headers.CacheControl = "no-store";
        headers["X-Request-Id"] = exchange.Id.ToString();
        if (length > 0)
        {
            response.ContentType = "application/fhir+json; charset=utf-8";
        }

        if (exchange.Status != 204)
        {
            response.ContentLength = length;
        }

        if (changed)
        {
            headers["X-Intermediary"] = exchange.Http.Request.Host.Host;
        }

        // Version and date of the one resource that is released; of nothing else.
        if (IsOneResource(exchange))
        {
            if (TagOf(exchange) is { } tag)
            {
                headers.ETag = tag;
            }

            if (answer.LastModified is { } date)
            {
                headers.LastModified = date.ToString("R", CultureInfo.InvariantCulture);
            }
        }

        if (LocationOf(exchange, answer) is { } location)
        {
            headers.Location = location;
        }
    }

    /// <summary>Writes the headers of an answer in the gateway's own words.</summary>
    /// <param name="exchange">The exchange; its status is set.</param>
    /// <param name="contentType">Null without a body.</param>
    /// <param name="length">Bytes that will follow.</param>
    public static void WriteOwn(GatewayExchange exchange, string? contentType, int length)
    {
        WriteCommon(exchange, contentType);
        exchange.Http.Response.ContentLength = length;
    }

    /// <summary>Writes the headers of an answer whose length is not known yet, and of which anything may have been withheld.</summary>
    public static void WriteStream(GatewayExchange exchange, string contentType)
    {
        WriteCommon(exchange, contentType);
        exchange.Http.Response.Headers["X-Intermediary"] = exchange.Http.Request.Host.Host;
    }

    private static void WriteCommon(GatewayExchange exchange, string? contentType)
    {
        var response = exchange.Http.Response;
        response.StatusCode = exchange.Status;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Request-Id"] = exchange.Id.ToString();
        response.ContentType = contentType;
    }

    /// <summary>Whether the answer is one resource that was released, with a version and a date of its own.</summary>
    public static bool IsOneResource(GatewayExchange exchange) =>
        exchange.Disclosure.Resources.Count == 1
        && exchange.Request!.Interaction
            is Interaction.Read
                or Interaction.VRead
                or Interaction.Create
                or Interaction.Update
                or Interaction.Patch;

    /// <summary>The version of that resource; null when it is not known.</summary>
    public static string? TagOf(GatewayExchange exchange) =>
        exchange.Disclosure.Resources[0].VersionId is { } version && FhirId.IsValid(version) ? $"W/\"{version}\"" : null;

    /// <summary>
    /// Where a created resource is, or the one that a conditional create found; null otherwise. Only a place below the upstream's own base
    /// has a name on this side.
    /// </summary>
    public static string? LocationOf(GatewayExchange exchange, UpstreamAnswer answer)
    {
        if (exchange is { Conditional.Interaction: Interaction.Create, Request: { Interaction: Interaction.Read } found })
        {
            return $"{exchange.Route!.Language.GatewayBase}/{found.Type.Name}/{found.Id}";
        }

        if (exchange.Status != 201 || answer.Location is not { } upstream)
        {
            return null;
        }

        var text = upstream.OriginalString;
        foreach (var known in exchange.Route!.Language.UpstreamBases)
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
            && type == exchange.Request!.Type
            && FhirId.IsValid(parts[1])
            && (parts.Length == 2 || (parts[2] == "_history" && FhirId.IsValid(parts[3])))
            ? $"{exchange.Route.Language.GatewayBase}/{string.Join('/', parts)}"
            : null;
    }
}
