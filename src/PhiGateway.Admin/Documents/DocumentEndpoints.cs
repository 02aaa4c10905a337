using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Documents;

/// <summary>Maps the documents of the registry: the same five calls for every kind.</summary>
internal static class DocumentEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        foreach (var route in RegistryRoute.All)
        {
            MapKind(api, route);
        }
    }

    private static void MapKind(RouteGroupBuilder api, RegistryRoute route)
    {
        var path = "/" + route.Segment;
        api.MapGet(path, (HttpContext context, DocumentQueries queries) => queries.ListAsync(context, route))
            .RequireRoles(route.Readers)
            .Describe(
                "Lists " + Plural(route),
                "Filters by equality on simple members (`status=active`), ranges (`expires.lt=2027-01-01`), `sort`, `fields`, `limit` and `cursor`."
            )
            .Returns(typeof(DocumentPage<>).MakeGenericType(route.Type))
            .Reads([
                .. CallParameter.Page,
                CallParameter.Sort,
                CallParameter.Fields,
                CallParameter.IfNoneMatch,
                .. ListQuery.Filters(route),
            ]);
        api.MapGet(path + "/{id}", (HttpContext context, string id, DocumentQueries queries) => queries.ReadAsync(context, route, id))
            .RequireRoles(route.Readers)
            .Describe($"Reads one {Words(route)}", "The ETag is its version.")
            .Returns(route.Type)
            .Reads(CallParameter.IfNoneMatch);
        if (route.Writers.Count == 0)
        {
            return;
        }

        api.MapPost(path, (HttpContext context, DocumentCommands commands) => commands.CreateAsync(context, route))
            .RequireRoles(route.Writers)
            .Describe($"Creates one {Words(route)}", "Send an Idempotency-Key to be able to repeat the call.")
            .Takes(route.Type)
            .Returns(route.Type, StatusCodes.Status201Created)
            .Repeatable()
            .Reads(CallParameter.Write);
        api.MapPut(path + "/{id}", (HttpContext context, string id, DocumentCommands commands) => commands.ReplaceAsync(context, route, id))
            .RequireRoles(route.Writers)
            .Describe($"Replaces one {Words(route)}", "If-Match is required; If-None-Match: * creates.")
            .Takes(route.Type)
            .Returns(route.Type)
            .Returns(route.Type, StatusCodes.Status201Created)
            .Reads([CallParameter.IfMatch, CallParameter.IfNoneMatch, .. CallParameter.Write]);
        api.MapPatch(path + "/{id}", (HttpContext context, string id, DocumentCommands commands) => commands.PatchAsync(context, route, id))
            .RequireRoles(route.Writers)
            .Describe($"Changes one {Words(route)}", "JSON Merge Patch (RFC 7396); If-Match is required.")
            .Takes(route.Type, "application/merge-patch+json")
            .Returns(route.Type)
            .Reads([CallParameter.IfMatch, .. CallParameter.Write]);
        api.MapDelete(
                path + "/{id}",
                (HttpContext context, string id, DocumentCommands commands) => commands.DeleteAsync(context, route, id)
            )
            .RequireRoles(route.Writers)
            .Describe($"Deletes one {Words(route)}", "A soft deletion; If-Match is required; refused while something refers to it.")
            .Returns(null, StatusCodes.Status204NoContent)
            .Reads(CallParameter.IfMatch, CallParameter.DryRun);
    }

    private static string Words(RegistryRoute route) => route.Word.Replace('-', ' ');

    private static string Plural(RegistryRoute route) => route.Segment.Replace('-', ' ');
}
