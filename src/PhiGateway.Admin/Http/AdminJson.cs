using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Http;

/// <summary>
/// Writes the JSON of the admin API: envelopes in snake_case, registry documents in <see cref="RegistryJson"/>'s own form.
/// </summary>
internal static class AdminJson
{
    /// <summary>For envelopes and problems.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    public static Task WriteAsync<T>(HttpContext context, T value, string contentType = "application/json") =>
        WriteBytesAsync(context, JsonSerializer.SerializeToUtf8Bytes(value, Options), contentType);

    public static async Task WriteBytesAsync(HttpContext context, ReadOnlyMemory<byte> body, string contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DictionaryKeyPolicy = null,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            Encoder = JavaScriptEncoder.Default,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
