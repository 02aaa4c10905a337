using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Documents;

/// <summary>Reads and lists documents of every kind; called by their endpoints.</summary>
internal sealed class DocumentQueries(IRegistryStore store, WorkingSetSource sets)
{
    /// <summary>One document as stored.</summary>
    public async Task<Outcome<RegistryItem>> ReadAsync(AdminCall call, RegistryKind kind, string id) =>
        await store.FindAsync(kind, id, call.Cancelled) is { } item ? item : AdminProblem.NotFound(KindWord.Of(kind));

    /// <summary>One page of a kind, by the filters of a query string.</summary>
    public async Task<Outcome<DocumentList>> ListAsync(
        AdminCall call,
        RegistryKind kind,
        PageRequest page,
        IEnumerable<KeyValuePair<string, StringValues>> filters
    )
    {
        if (ListQuery.Read(kind, page, filters).Failed(out var problem, out var query))
        {
            return problem;
        }

        var set = await sets.GetAsync(call.Cancelled);
        var found = query.Page(set.Kind(kind).Values.Select(static item => item.Item));
        var items = new JsonArray();
        foreach (var item in found.Items)
        {
            items.Add(query.Project(DocumentMeta.Render(item)));
        }

        var body = new JsonObject { ["items"] = items };
        if (found.Next is not null)
        {
            body["next_cursor"] = found.Next;
        }

        return new DocumentList(body, found.Next, Tag(set, body));
    }

    // Polling a list is cheap for the network, whatever the filter: the tag is the content.
    private static string Tag(WorkingSet set, JsonObject body) =>
        $"\"{set.Revision}-{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body)).AsSpan(0, 8))}\"";
}

/// <summary>One page of a list, ready to be answered.</summary>
/// <param name="Body">The page with its cursor.</param>
/// <param name="Next">Where the next page begins; null: this is the last.</param>
/// <param name="ETag">Strong tag of the page.</param>
internal sealed record DocumentList(JsonObject Body, string? Next, string ETag);
