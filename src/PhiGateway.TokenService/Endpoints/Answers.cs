using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.TokenService.Grants;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>Writes the answers of the token service: JSON, never stored by anybody between.</summary>
internal static class Answers
{
    private const string NeverStored = "no-store";

    /// <summary>An error (RFC 6749 section 5.2).</summary>
    public static Task WriteErrorAsync(HttpContext http, OAuthError error, string? nonce = null)
    {
        if (nonce is not null)
        {
            http.Response.Headers["DPoP-Nonce"] = nonce;
        }

        if (error.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            var seconds = Math.Max(1, Math.Ceiling(error.RetryAfter?.TotalSeconds ?? 1));
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.Challenge is { } challenge)
        {
            http.Response.Headers.WWWAuthenticate = challenge;
        }

        return WriteAsync(
            http,
            error.Status,
            json =>
            {
                json.WriteString("error", error.Code);
                json.WriteString("error_description", error.Words);
            }
        );
    }

    /// <summary>An answer with the members that the caller writes.</summary>
    public static Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return WriteAsync(http, status, buffer.WrittenMemory);
    }

    /// <summary>An answer that is there already.</summary>
    public static async Task WriteAsync(HttpContext http, int status, ReadOnlyMemory<byte> json, string cacheControl = NeverStored)
    {
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = cacheControl;
        if (cacheControl == NeverStored)
        {
            // RFC 6749 section 5.1 wants it beside the other, and so does SMART.
            response.Headers.Pragma = "no-cache";
        }

        response.Headers.XContentTypeOptions = "nosniff";
        await response.Body.WriteAsync(json, http.RequestAborted);
    }
}
