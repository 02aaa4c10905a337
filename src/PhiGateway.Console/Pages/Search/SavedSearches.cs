using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Console.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Search;

/// <summary>The searches that people keep: listed beside the filters, kept and given up from there.</summary>
internal sealed class SavedSearches(DocumentQueries queries, DocumentCommands commands)
{
    /// <summary>All of them, by what they are called.</summary>
    public async Task<IReadOnlyList<SavedLine>> ListAsync(AdminCall call)
    {
        var all = new List<SavedLine>();
        for (Cursor? after = null; ; )
        {
            var listed = await queries.ListAsync(call, RegistryKind.SavedSearch, new PageRequest(PageRequest.Most, after), []);
            all.AddRange((listed.Value?.Body["items"] as JsonArray ?? []).OfType<JsonObject>().Select(LineOf));
            if (listed.Value?.Next is not { } next || (after = Cursor.Decode(next)) is null)
            {
                return [.. all.OrderBy(static one => one.Title, StringComparer.OrdinalIgnoreCase)];
            }
        }
    }

    private static SavedLine LineOf(JsonObject item) =>
        new(
            (string)item["id"]!,
            (long)item["meta"]!["version"]!,
            (string?)item["title"] ?? (string)item["id"]!,
            $"{SearchQuery.Path}?{(string?)item["query"]}",
            (string?)item["by"] ?? string.Empty
        );

    /// <summary>Keeps one.</summary>
    /// <returns>Why it was not kept; null: it is.</returns>
    public async Task<AdminProblem?> KeepAsync(ConsoleRequest request, string query)
    {
        var body = new JsonObject
        {
            ["id"] = "s-" + Guid.CreateVersion7().ToString("N"),
            ["title"] = request.Typed("title") ?? string.Empty,
            ["query"] = query,
        };
        return (await commands.CreateAsync(request.Call, RegistryKind.SavedSearch, body)).Failed(out var problem, out _) ? problem : null;
    }

    /// <summary>Gives one up.</summary>
    public async Task<ScreenAnswer> GiveUpAsync(ConsoleRequest request)
    {
        var version = request.SeenVersion;
        return (await commands.DeleteAsync(request.CallOn(ETag.Of(version)), RegistryKind.SavedSearch, request.Route("id"))).Failed(
            out var problem,
            out _
        )
            ? problem
            : new ScreenAnswer.Go(SearchQuery.Path, "The search is no longer kept.");
    }
}
