using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Documents;

namespace PhiGateway.Admin.Trail;

/// <summary>Maps the audit trail, for auditors only.</summary>
internal static class TrailEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/audit", (HttpContext context, TrailSearch search) => search.GetAsync(context))
            .RequireRoles([AdminRoles.Auditor]).Describe("Searches the audit trail", "By from, to, client, tenant, decision, reason, kind, id, actor; a patient only in the header X-Patient. Each search is itself recorded.")
            .Returns(typeof(DocumentPage));
        api.MapPost("/audit:search", (HttpContext context, TrailSearch search) => search.PostAsync(context))
            .RequireRoles([AdminRoles.Auditor]).Describe("Searches the audit trail by a body", "For patients, whose ids never stand in a URL.").Takes(typeof(TrailQuery), optional: true).Returns(typeof(DocumentPage));
        api.MapGet("/audit/{id}", (HttpContext context, string id, TrailSearch search) => search.ReadAsync(context, id))
            .RequireRoles([AdminRoles.Auditor]).Describe("Reads one record and those that belong to it").Returns(typeof(TrailRecord));
    }
}
