using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Reads records of one type by their ids: several in one search, or one by one of a server that does not search by a list of ids.
/// </summary>
internal static class RecordsById
{
    /// <summary>Ids in one search; fewer than any server gives on a page.</summary>
    public const int PerSearch = 20;

    // Reads of one record that count as one search more.
    private const int ReadsPerSearch = 5;

    /// <summary>How many searches more it counts as that a server was asked for records one by one, which was to be one search.</summary>
    /// <param name="answers">Answers that were taken for it.</param>
    public static int Further(int answers) => answers <= 1 ? 0 : answers / ReadsPerSearch;

    /// <summary>The search for them.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="ids">Up to <see cref="PerSearch"/> of them.</param>
    public static string PlaceOf(ResourceType type, IReadOnlyList<string> ids) =>
        $"/{type.Name}?_id={string.Join(',', ids)}&_count={PerSearch}";

    /// <summary>Reads them, and has each answer taken while it is held.</summary>
    /// <param name="fetch">The way to the server.</param>
    /// <param name="exchange">The client's request.</param>
    /// <param name="type">Their type.</param>
    /// <param name="ids">Up to <see cref="PerSearch"/> of them.</param>
    /// <param name="take">Takes an answer and the ids that were asked for; the first that does not continue is what came of it.</param>
    public static async ValueTask<StageResult> ReadAsync(
        this Fetch fetch,
        GatewayExchange exchange,
        ResourceType type,
        IReadOnlyList<string> ids,
        Func<Fetched, IReadOnlyList<string>, ValueTask<StageResult>> take
    )
    {
        if (ids.Count > 1)
        {
            using var found = await fetch.ReadAsync(exchange, PlaceOf(type, ids));
            if (!IsNotServed(found))
            {
                return await take(found, ids);
            }
        }

        return await fetch.ReadEachAsync(exchange, type, ids, take);
    }

    /// <summary>The same one by one, of a server that is known not to search by a list of ids.</summary>
    /// <param name="fetch">The way to the server.</param>
    /// <param name="exchange">The client's request.</param>
    /// <param name="type">Their type.</param>
    /// <param name="ids">Their ids.</param>
    /// <param name="take">Takes an answer and the one id that was asked for; the first that does not continue is what came of it.</param>
    public static async ValueTask<StageResult> ReadEachAsync(
        this Fetch fetch,
        GatewayExchange exchange,
        ResourceType type,
        IReadOnlyList<string> ids,
        Func<Fetched, IReadOnlyList<string>, ValueTask<StageResult>> take
    )
    {
        foreach (var id in ids)
        {
            using var one = await fetch.ReadAsync(exchange, $"/{type.Name}/{id}");
            var taken = await take(one, [id]);
            if (!taken.Continues)
            {
                return taken;
            }
        }

        return StageResult.Continue;
    }

    /// <summary>
    /// Whether an answer says by its status that such a search cannot be asked for; what may not be read at all is refused one by one too.
    /// </summary>
    /// <param name="found">What came of the search.</param>
    public static bool IsNotServed(Fetched found) => found is Fetched.Failed { Status: 400 or 403 or 405 or 422 or 501 };
}
