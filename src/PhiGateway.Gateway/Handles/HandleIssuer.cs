using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Context;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Handles;

/// <summary>
/// Turns addresses of the upstream (pages, export jobs, export files, cursors) into sealed URLs of the gateway, bound to the client; called
/// by Release.
/// </summary>
internal sealed class HandleIssuer(HandleSealer sealer, PageKeeper keeper, BaseProposals proposals)
{
    private static readonly TimeSpan PageLife = TimeSpan.FromHours(1);

    /// <summary>How long the names of an export's job and files are good.</summary>
    internal static readonly TimeSpan ExportLife = TimeSpan.FromHours(24);

    // A request of this length may have a handle that is too long, together with the place that the upstream names.
    private const int Long = 2048;

    private static readonly string OrdinaryPlace = new('/', 512);

    /// <summary>The URL for a client; null when the place is not below the upstream's base or does not fit into a handle.</summary>
    /// <param name="exchange">The request that is answered; its original is what the handle continues.</param>
    /// <param name="kind">What it continues.</param>
    /// <param name="upstreamUrl">The place as the upstream wrote it; PHI.</param>
    public string? Issue(GatewayExchange exchange, HandleKind kind, string upstreamUrl)
    {
        if (HandleBinding.Of(exchange) is not { } binding)
        {
            return null;
        }

        if ((kind == HandleKind.File ? FindFile(exchange, upstreamUrl) : FindPlace(exchange, upstreamUrl)) is not { } place)
        {
            return null;
        }

        return Seal(exchange, kind, binding, place);
    }

    /// <summary>The URL of all files of a list of a finished export together; null when it does not fit into a handle.</summary>
    /// <param name="exchange">The poll of the job.</param>
    /// <param name="list">Which files.</param>
    public string? IssueList(GatewayExchange exchange, ExportedList list) =>
        HandleBinding.Of(exchange) is { } binding
            ? Seal(exchange, HandleKind.File, binding, list.PlaceIn(exchange.Understood.Handle.Page.Place))
            : null;

    /// <summary>
    /// Whether the job that an export's kick-off begins will have a handle, at a place of ordinary length: asked before it is begun, since a
    /// job without a handle could be neither polled nor cancelled.
    /// </summary>
    /// <param name="exchange">The kick-off, decided.</param>
    public bool HasRoomForJob(GatewayExchange exchange) =>
        HandleBinding.Of(exchange) is not { } binding || Seal(exchange, HandleKind.Job, binding, OrdinaryPlace) is not null;

    private string? Seal(GatewayExchange exchange, HandleKind kind, HandleBinding binding, string place)
    {
        var expires = exchange.Now + (kind == HandleKind.Page ? PageLife : ExportLife);
        var handle = sealer.Seal(new HandleContent(kind, binding, expires, OriginalRequest.Of(exchange), place));
        return handle is null ? null : $"{exchange.Ingressed.Route.Language.GatewayBase}{PathOf(kind)}{handle}";
    }

    /// <summary>A link of the upstream's as a place below its base; null, and a word in the log, where it leads elsewhere.</summary>
    public string? FindPlace(GatewayExchange exchange, string upstreamUrl)
    {
        var route = exchange.Ingressed.Route;
        if (UpstreamPlace.Find(upstreamUrl, route.Language.UpstreamBases) is { } place)
        {
            return place;
        }

        proposals.Note(route, upstreamUrl);
        return null;
    }

    /// <summary>The same for a file of an export, which may lie where the cluster says that its files do.</summary>
    public string? FindFile(GatewayExchange exchange, string upstreamUrl) =>
        UpstreamPlace.FindBelow(upstreamUrl, exchange.Ingressed.Route.Storage) ?? FindPlace(exchange, upstreamUrl);

    /// <summary>The URL of a page that is put together from pages of the upstream; null when it does not fit into a handle.</summary>
    /// <param name="exchange">The request that is answered.</param>
    /// <param name="page">Where the page begins.</param>
    /// <param name="size">Matches per page.</param>
    /// <param name="before">Where the page before it begins; null: not known.</param>
    public string? IssuePage(GatewayExchange exchange, PagePlace page, int size, PagePlace? before) =>
        ContentOf(exchange, page, size, before) is { } content ? UrlOf(exchange, sealer.Seal(content)) : null;

    /// <summary>The same; what does not fit into a handle is kept for as long, and named. Null where that cannot be done.</summary>
    public async ValueTask<string?> IssueOrKeepPageAsync(GatewayExchange exchange, PagePlace page, int size, PagePlace? before)
    {
        if (ContentOf(exchange, page, size, before) is not { } content)
        {
            return null;
        }

        return UrlOf(exchange, sealer.Seal(content) ?? await keeper.KeepAsync(content, exchange.Id, exchange.Http.RequestAborted));
    }

    /// <summary>
    /// The URL of the page that the upstream itself names as the next one, where what is asked is too long for a handle; null: it is not, or
    /// there is no such page, or nothing can be kept.
    /// </summary>
    /// <param name="exchange">The request that is answered.</param>
    /// <param name="answer">The upstream's answer, whole.</param>
    public async ValueTask<KeyValuePair<string, string>?> KeepNextAsync(GatewayExchange exchange, ReadOnlyMemory<byte> answer)
    {
        if (
            !IsLong(exchange)
            || NextPlace.Find(answer.Span, exchange.Ingressed.Route.Language) is not { } link
            || Issue(exchange, HandleKind.Page, link) is not null
            || FindPlace(exchange, link) is not { } place
        )
        {
            return null;
        }

        return await IssueOrKeepPageAsync(exchange, new PagePlace(place, 0), 0, null) is { } url ? KeyValuePair.Create(link, url) : null;
    }

    /// <summary>Whether what is asked may be too long for a handle.</summary>
    /// <param name="exchange">The request.</param>
    public static bool IsLong(GatewayExchange exchange)
    {
        if (exchange.Understood.Continuation is { Original: var original })
        {
            return original.Target.Length + original.Body.Length > Long;
        }

        // Nothing is written out for a request that is short, as nearly all are.
        var length = exchange.Body?.Written.Length ?? 0;
        var query = exchange.Request.Canonical.Query;
        for (var i = 0; i < query.Count; i++)
        {
            length += query[i].Name.Length + query[i].Value.Length;
        }

        return length > Long;
    }

    /// <summary>A cursor of a declared API, sealed; null when it does not fit into a handle.</summary>
    /// <param name="exchange">The request that is answered.</param>
    /// <param name="page">Where the page begins: a cursor as the backend wrote it, PHI, and records of its page that come before.</param>
    /// <param name="size">Records per page; 0: as many as the backend gives.</param>
    public string? IssueCursor(GatewayExchange exchange, PagePlace page, int size) =>
        ContentOf(exchange, page, size, null) is { } content ? sealer.Seal(content with { Kind = HandleKind.Cursor }) : null;

    private static HandleContent? ContentOf(GatewayExchange exchange, PagePlace page, int size, PagePlace? before) =>
        HandleBinding.Of(exchange) is { } binding
            ? new HandleContent(HandleKind.Page, binding, exchange.Now + PageLife, OriginalRequest.Of(exchange), page.Place)
            {
                From = page.From,
                Size = size,
                Before = before,
            }
            : null;

    private static string? UrlOf(GatewayExchange exchange, string? handle) =>
        handle is null ? null : $"{exchange.Ingressed.Route.Language.GatewayBase}{PathOf(HandleKind.Page)}{handle}";

    private static string PathOf(HandleKind kind) =>
        kind switch
        {
            HandleKind.Page => "/?_page=",
            HandleKind.Job => "/_export/",
            HandleKind.File => "/_file/",
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
}
