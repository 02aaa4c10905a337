using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace PhiGateway.Console.Http;

/// <summary>Reads the small forms of the console, within a budget.</summary>
internal static class ConsoleForm
{
    /// <summary>Name of the hidden field with the session's token.</summary>
    public const string Token = "_token";

    private const int MostBytes = 64 * 1024;
    private const string Type = "application/x-www-form-urlencoded";

    private static readonly FormOptions Limits = new()
    {
        BufferBodyLengthLimit = MostBytes,
        ValueCountLimit = 64,
        KeyLengthLimit = 64,
        ValueLengthLimit = 16 * 1024,
    };

    /// <summary>The form; null: the body is none, or one that no page here sends.</summary>
    public static async Task<IFormCollection?> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (
            request.ContentType is not { } type
            || !type.Split(';')[0].Trim().Equals(Type, StringComparison.OrdinalIgnoreCase)
            || request.ContentLength > MostBytes
        )
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MostBytes;
        }

        try
        {
            return await new FormFeature(request, Limits).ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
