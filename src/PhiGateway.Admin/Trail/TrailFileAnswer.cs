using Microsoft.AspNetCore.Http;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Writes the whole result of a search as a file, record by record as it is read. A fault on the way cuts the connection, so that the file is
/// not taken for whole.
/// </summary>
/// <param name="Stream">The result.</param>
/// <param name="Format">How records are written.</param>
internal sealed record TrailFileAnswer(TrailStream Stream, ITrailFormat Format) : IResult
{
    // Often enough that a reader shows progress, seldom enough that it costs nothing.
    private const int RecordsAtOnce = 500;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = Format.MediaType;
        await WriteAsync(httpContext, Stream, Format);
    }

    /// <summary>The same where the head has been written.</summary>
    public static async Task WriteAsync(HttpContext context, TrailStream stream, ITrailFormat format)
    {
        // Nothing is begun before the first records are there: until then a store that is away is an answer.
        var entries = new List<AuditEntry>(RecordsAtOnce);
        var head = format.Head;
        await foreach (var entry in stream.ReadAsync(context.RequestAborted))
        {
            entries.Add(entry);
            if (entries.Count == RecordsAtOnce)
            {
                await SendAsync();
            }
        }

        await SendAsync();
        await context.Response.Body.WriteAsync(format.Tail, context.RequestAborted);

        async Task SendAsync()
        {
            await context.Response.Body.WriteAsync(head, context.RequestAborted);
            await context.Response.Body.WriteAsync(format.Lines(entries), context.RequestAborted);
            head = default;
            entries.Clear();
        }
    }
}
