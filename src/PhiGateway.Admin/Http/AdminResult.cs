using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Http;

/// <summary>
/// A successful answer of the admin API: body as bytes, so that it can be remembered for idempotency and compared for ETags.
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">JSON, or another text; empty for none.</param>
internal sealed record AdminResult(int Status, ReadOnlyMemory<byte> Body) : IResult
{
    public string ContentType { get; init; } = "application/json";

    /// <summary>Strong ETag with its quotes; null: none.</summary>
    public string? ETag { get; init; }

    public string? Location { get; init; }

    /// <summary>Security: the body without its secret, when it shows one; only this is remembered for a repeated call.</summary>
    public ReadOnlyMemory<byte>? WithoutSecret { get; init; }

    public static AdminResult Json<T>(T value, int status = 200) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(value, AdminJson.Options));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        if (ETag is not null)
        {
            response.Headers.ETag = ETag;
            if (
                HttpMethods.IsGet(httpContext.Request.Method)
                && Calls.ETag.ListContains(Calls.ETag.Split(httpContext.Request.Headers.IfNoneMatch), ETag)
            )
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }

        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        response.StatusCode = Status;
        return Body.IsEmpty ? Task.CompletedTask : AdminJson.WriteBytesAsync(httpContext, Body, ContentType);
    }
}
