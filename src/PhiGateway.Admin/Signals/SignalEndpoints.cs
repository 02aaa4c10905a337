using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Signals;

namespace PhiGateway.Admin.Signals;

/// <summary>Answers pushes of signals over HTTP (RFC 8935), on a listener that the host opens for them.</summary>
public static class SignalEndpoints
{
    private const string Prefix = "/signals/";

    /// <summary>Answers <c>POST /signals/{transmitter}</c>; anything else is not there.</summary>
    /// <param name="http">The request.</param>
    /// <param name="signals">The receiver.</param>
    public static async Task AnswerAsync(HttpContext http, SharedSignals signals)
    {
        var path = http.Request.Path.Value ?? string.Empty;
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || signals.Find(path[Prefix.Length..]) is not { } intake)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Post;
            return;
        }

        var peer = http.Connection.RemoteIpAddress?.ToString();
        if (!IsAuthenticated(http, intake.Options))
        {
            signals.Trail.Refused(intake.Options.Name, "authentication_failed", "authorization", null, peer);
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await TellAsync(http, StatusCodes.Status401Unauthorized, "authentication_failed");
            return;
        }

        if (await ReadAsync(http) is not { } token)
        {
            signals.Trail.Refused(intake.Options.Name, SignalAnswer.Malformed, "body", null, peer);
            await TellAsync(http, StatusCodes.Status400BadRequest, SignalAnswer.Malformed);
            return;
        }

        var answer = await intake.TakeAsync(token, peer, http.RequestAborted);
        if (answer.Error is { } error)
        {
            await TellAsync(http, StatusCodes.Status400BadRequest, error);
            return;
        }

        http.Response.StatusCode = answer.IsTaken ? StatusCodes.Status202Accepted : StatusCodes.Status503ServiceUnavailable;
        if (!answer.IsTaken)
        {
            http.Response.Headers.RetryAfter = "1";
        }
    }

    private static bool IsAuthenticated(HttpContext http, TransmitterOptions options)
    {
        if (options.PushSecret is not { } reference)
        {
            return true;
        }

        // Read each time: a secret that was rotated is in force without a restart.
        const string Scheme = "Bearer ";
        return SecretReference.TryResolve(reference, out var secret, out _)
            && http.Request.Headers.Authorization is [{ } header]
            && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..])),
                SHA256.HashData(Encoding.UTF8.GetBytes(secret))
            );
    }

    private static async ValueTask<string?> ReadAsync(HttpContext http)
    {
        var type = http.Request.ContentType?.Split(';')[0].Trim();
        if (!string.Equals(type, "application/secevent+jwt", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var body = new byte[4096];
        var length = 0;
        try
        {
            while (await http.Request.Body.ReadAsync(body.AsMemory(length), http.RequestAborted) is var read and > 0)
            {
                length += read;
                if (length > SecurityEventReader.MostCharacters)
                {
                    return null;
                }

                if (length == body.Length)
                {
                    Array.Resize(ref body, body.Length * 2);
                }
            }
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode != StatusCodes.Status408RequestTimeout)
        {
            return null;
        }

        return length > 0 && Ascii.IsValid(body.AsSpan(0, length)) ? Encoding.ASCII.GetString(body, 0, length) : null;
    }

    private static Task TellAsync(HttpContext http, int status, string error)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.ContentLanguage = "en";
        http.Response.Headers.CacheControl = "no-store";
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string> { ["err"] = error, ["description"] = SignalAnswer.WordsOf(error) }
        );
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, 0, body.Length, http.RequestAborted);
    }
}
