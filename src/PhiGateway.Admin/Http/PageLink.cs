using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace PhiGateway.Admin.Http;

/// <summary>Writes the <c>Link: rel="next"</c> of a list (RFC 8288), relative, with the caller's own filters.</summary>
internal static class PageLink
{
    /// <summary>Writes it; nothing when there is no next page.</summary>
    public static void Write(HttpContext context, string? cursor)
    {
        if (cursor is null)
        {
            return;
        }

        var query = new QueryBuilder(context.Request.Query.Where(static pair => pair.Key != "cursor")) { { "cursor", cursor } };
        context.Response.Headers.Link = $"<{context.Request.PathBase}{context.Request.Path}{query.ToQueryString()}>; rel=\"next\"";
    }
}
