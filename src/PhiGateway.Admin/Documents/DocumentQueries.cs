using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>Read and list for every kind of document.</summary>
internal sealed class DocumentQueries(IRegistryStore store, WorkingSetSource sets)
{
    public async Task<IResult> ReadAsync(HttpContext context, RegistryRoute route, string id)
    {
        var item = await store.FindAsync(route.Kind, id, context.RequestAborted);
        return item is null
            ? AdminProblem.NotFound(route.Word)
            : new AdminResult(StatusCodes.Status200OK, DocumentMeta.RenderBytes(item)) { ETag = ETag.Of(item.Version) };
    }

    public async Task<IResult> ListAsync(HttpContext context, RegistryRoute route)
    {
        if (ListQuery.Read(context, route).Failed(out var problem, out var query))
        {
            return problem;
        }

        var set = await sets.GetAsync(context.RequestAborted);
        var page = query.Page(set.Kind(route.Kind).Values.Select(static found => found.Item));
        var items = new JsonArray();
        foreach (var item in page.Items)
        {
            items.Add(query.Project(DocumentMeta.Render(item)));
        }

        var body = new JsonObject { ["items"] = items };
        if (page.Next is not null)
        {
            body["next_cursor"] = page.Next;
            PageLink.Write(context, page.Next);
        }

        return new AdminResult(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(body.ToJsonString())) { ETag = ListTag(set, body) };
    }

    // Polling a list is cheap for the network, whatever the filter: the tag is the content.
    private static string ListTag(WorkingSet set, JsonObject body) =>
        $"\"{set.Revision}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body)).AsSpan(0, 8))}\"";
}
