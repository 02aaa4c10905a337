using Microsoft.AspNetCore.Http;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>Reads the body of a request into memory, up to a bound.</summary>
internal static class BoundedBody
{
    /// <summary>The body; null: it is as large as the bound, or larger.</summary>
    /// <param name="request">Its body has not been read.</param>
    /// <param name="bound">Bytes of the smallest body that is too large.</param>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int bound)
    {
        // As large as the request says that it is, and one byte more by which its end is seen; the server holds it to that.
        var room = request.ContentLength is { } said && said < bound ? (int)said + 1 : bound;
        var body = new byte[room];
        var length = 0;
        int read;
        while (length < room && (read = await request.Body.ReadAsync(body.AsMemory(length), request.HttpContext.RequestAborted)) > 0)
        {
            length += read;
        }

        // Not in one expression: null would become an empty Memory there.
        if (length == bound)
        {
            return null;
        }

        return body.AsMemory(0, length);
    }
}
