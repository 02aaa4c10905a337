using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Http;

/// <summary>Reads the body of an admin call: media type first, then size, then strictly.</summary>
internal static class RequestBody
{
    /// <summary>Largest single document: far above any real one.</summary>
    public const int MaxDocument = 1024 * 1024;

    // What is larger takes room of the node's; a revocation never does.
    private const int Small = 64 * 1024;

    // The stream, and the bytes taken out of it.
    private const int TimesHeld = 2;

    /// <summary>The whole body, within a bound and, where it is not small, within the node's memory budget.</summary>
    public static async Task<Outcome<byte[]>> ReadBytesAsync(HttpContext context, int most)
    {
        var request = context.Request;
        if (request.ContentLength > most)
        {
            return AdminProblem.TooLarge(most);
        }

        var room = context.RequestServices.GetService<AdminOptions>()?.TakeRoom;
        var taken = Small;
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            if (buffer.Length + read > most)
            {
                return AdminProblem.TooLarge(most);
            }

            if (room is not null && buffer.Length + read > taken)
            {
                if (room(TimesHeld * (long)taken) is not { } share)
                {
                    return AdminProblem.NoRoom;
                }

                // It is held until the call is answered.
                context.Response.RegisterForDispose(share);
                taken *= 2;
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>A JSON object.</summary>
    /// <param name="context">The call.</param>
    /// <param name="optional">Whether no body at all counts as an empty object: verbs with nothing but optional members.</param>
    /// <param name="mediaType">The media type besides <c>application/json</c> that is accepted.</param>
    public static async Task<Outcome<JsonObject>> ReadObjectAsync(HttpContext context, bool optional = false, string? mediaType = null)
    {
        if ((await ReadBytesAsync(context, MaxDocument)).Failed(out var problem, out var bytes))
        {
            return problem;
        }

        if (bytes.Length == 0 && optional)
        {
            return new JsonObject();
        }

        if (!IsMediaType(context, "application/json") && (mediaType is null || !IsMediaType(context, mediaType)))
        {
            return AdminProblem.MediaType(mediaType ?? "application/json");
        }

        if (DocumentJson.Parse(bytes).Failed(out var refusal, out var node))
        {
            return AdminProblem.Of(refusal);
        }

        return node is JsonObject document ? document : AdminProblem.Malformed("The body must be a JSON object.");
    }

    public static bool IsMediaType(HttpContext context, string mediaType) =>
        MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var parsed)
        && parsed.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
        && (!parsed.Charset.HasValue || parsed.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
