using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>Maps the documents of the registry: the same five calls for every kind.</summary>
internal static class DocumentEndpoints
{
    private const string MergePatchType = "application/merge-patch+json";

    public static void Map(RouteGroupBuilder api)
    {
        foreach (var route in RegistryRoute.All)
        {
            MapKind(api, route);
        }

        MapKeys(api);
    }

    private static void MapKeys(RouteGroupBuilder api)
    {
        var keys = RegistryRoute.Of(RegistryKind.AdminKey);
        api.MapPost(
                "/admin-keys:claim",
                (HttpContext context, KeyClaim claim) =>
                    Answer.OfAsync<ReasonBody, DocumentChange>(
                        context,
                        (call, _) => claim.ClaimAsync(call),
                        change => DocumentAnswer.Of(keys, change.Edit, change.Secret, change.Member)
                    )
            )
            .Verb(
                [AdminRoles.Unclaimed],
                "Fetches the key that was made for the caller",
                "Called with both parts, a dot between them, as the bearer token; they are spent by it. Shows the key once.",
                answer: typeof(AdminKey),
                status: StatusCodes.Status201Created
            );
        api.MapPost(
                "/admin-keys/{id}:approve",
                (HttpContext context, string id, KeyApproval approval) =>
                    Answer.OfAsync<ReasonBody, DocumentChange>(
                        context,
                        (call, _) => approval.ApproveAsync(call, id),
                        change => DocumentAnswer.Of(keys, change.Edit, change.Secret, change.Member)
                    )
            )
            .Verb(
                [AdminRoles.Approver],
                "Releases a disabled admin key",
                "If-Match is required; never by who made it or whose it is. Shows the second part of what its person claims it with.",
                answer: typeof(AdminKey),
                status: StatusCodes.Status201Created
            );
    }

    private static void MapKind(RouteGroupBuilder api, RegistryRoute route)
    {
        var path = "/" + route.Segment;
        api.MapGet(path, (HttpContext context, DocumentQueries queries) => ListAsync(context, route, queries))
            .RequireRoles(route.Readers)
            .Describe(
                "Lists " + Plural(route),
                "Filters by equality on simple members (`status=active`), ranges (`expires.lt=2027-01-01`), what is left out "
                    + "(`state.ne=closed`), `sort`, `fields`, `limit` and `cursor`."
            )
            .Returns(typeof(DocumentPage<>).MakeGenericType(route.Type))
            .WithMetadata(new ReadsQueryItself())
            .Reads([
                .. CallParameter.Page,
                CallParameter.Sort,
                CallParameter.Fields,
                CallParameter.IfNoneMatch,
                .. ListQuery.Filters(route.Kind),
            ]);
        api.MapGet(
                path + "/{id}",
                (HttpContext context, string id, DocumentQueries queries) =>
                    Answer.OfAsync(context, call => queries.ReadAsync(call, route.Kind, id), Read)
            )
            .RequireRoles(route.Readers)
            .Describe($"Reads one {Words(route)}", "The ETag is its version.")
            .Returns(route.Type)
            .Reads(CallParameter.IfNoneMatch);
        if (route.Writers.Count == 0)
        {
            return;
        }

        api.MapPost(
                path,
                (HttpContext context, DocumentCommands commands) =>
                    WithBodyAsync(
                        context,
                        null,
                        (call, body) => commands.CreateAsync(call, route.Kind, body),
                        change => DocumentAnswer.Of(route, change.Edit, change.Secret, change.Member)
                    )
            )
            .RequireRoles(route.Writers)
            .Describe($"Creates one {Words(route)}", "Send an Idempotency-Key to be able to repeat the call.")
            .Takes(route.Type)
            .Returns(route.Type, StatusCodes.Status201Created)
            .Repeatable()
            .Reads(CallParameter.Write);
        api.MapPut(
                path + "/{id}",
                (HttpContext context, string id, DocumentCommands commands) =>
                    WithBodyAsync(
                        context,
                        null,
                        (call, body) => commands.ReplaceAsync(call, route.Kind, id, body),
                        outcome => DocumentAnswer.Of(route, outcome)
                    )
            )
            .RequireRoles(route.Writers)
            .Describe($"Replaces one {Words(route)}", "If-Match is required; If-None-Match: * creates.")
            .Takes(route.Type)
            .Returns(route.Type)
            .Returns(route.Type, StatusCodes.Status201Created)
            .Reads([CallParameter.IfMatch, CallParameter.IfNoneMatch, .. CallParameter.Write]);
        api.MapPatch(
                path + "/{id}",
                (HttpContext context, string id, DocumentCommands commands) =>
                    WithBodyAsync(
                        context,
                        MergePatchType,
                        (call, body) => commands.PatchAsync(call, route.Kind, id, body),
                        outcome => DocumentAnswer.Of(route, outcome)
                    )
            )
            .RequireRoles(route.Writers)
            .Describe($"Changes one {Words(route)}", "JSON Merge Patch (RFC 7396); If-Match is required.")
            .Takes(route.Type, MergePatchType)
            .Returns(route.Type)
            .Reads([CallParameter.IfMatch, .. CallParameter.Write]);
        api.MapDelete(
                path + "/{id}",
                (HttpContext context, string id, DocumentCommands commands) =>
                    Answer.OfAsync(
                        context,
                        call => commands.DeleteAsync(call, route.Kind, id),
                        outcome => DocumentAnswer.Of(route, outcome)
                    )
            )
            .RequireRoles(route.Writers)
            .Describe(
                $"Deletes one {Words(route)}",
                "A soft deletion; If-Match is required; refused while something refers to it. 200 says whose doors it opens or closes."
            )
            .Returns(null, StatusCodes.Status204NoContent)
            .Reads(CallParameter.IfMatch, CallParameter.DryRun);
    }

    private static Task<IResult> ListAsync(HttpContext context, RegistryRoute route, DocumentQueries queries) =>
        Answer.OfAsync(
            context,
            async call =>
                PageQuery.Read(context).Failed(out var problem, out var page)
                    ? problem
                    : await queries.ListAsync(call, route.Kind, page, context.Request.Query),
            list =>
            {
                PageLink.Write(context, list.Next);
                return new AdminResult(StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(list.Body)) { ETag = list.ETag };
            }
        );

    private static AdminResult Read(RegistryItem item) =>
        new(StatusCodes.Status200OK, DocumentMeta.RenderBytes(item)) { ETag = ETag.Of(item.Version) };

    private static Task<IResult> WithBodyAsync<T>(
        HttpContext context,
        string? mediaType,
        Func<AdminCall, JsonObject, Task<Outcome<T>>> run,
        Func<T, IResult> render
    )
        where T : class =>
        Answer.OfAsync(
            context,
            async call =>
                (await RequestBody.ReadObjectAsync(context, mediaType: mediaType)).Failed(out var problem, out var body)
                    ? problem
                    : await run(call, body),
            render
        );

    private static string Words(RegistryRoute route) => route.Word.Replace('-', ' ');

    private static string Plural(RegistryRoute route) => route.Segment.Replace('-', ' ');
}
