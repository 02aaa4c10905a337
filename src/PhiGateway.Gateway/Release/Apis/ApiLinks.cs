using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;

namespace PhiGateway.Gateway.Release.Apis;

/// <summary>
/// Turns the next-page address or cursor in an answer of a declared API into a sealed handle; asked by the answer filter and by the walk
/// over its pages.
/// </summary>
internal sealed class ApiLinks(HandleIssuer handles, GatewayExchange exchange, ApiRequest request) : ILinkSealer
{
    /// <summary>Where the answer that was filtered goes on; null: nowhere, or at a place that has no name on this side.</summary>
    public string? Next { get; private set; }

    /// <inheritdoc/>
    public string? Seal(string relation, string upstreamUrl)
    {
        Next = FindPlace(upstreamUrl);
        var handle = Next is { } place ? Seal(new PagePlace(place, 0), 0) : null;
        exchange.Disclosure.CannotFollow |= handle is null;
        return handle;
    }

    /// <summary>Where the backend goes on; null: at a place that has no name on this side.</summary>
    /// <param name="link">An address or a cursor, as the backend wrote it; PHI.</param>
    public string? FindPlace(string link)
    {
        if (request.Operation.Next is not { } next)
        {
            return null;
        }

        // A cursor is good in the same question only.
        if (next.Parameter is not null)
        {
            return link;
        }

        // A page is at a place that the table has a row for; anything else has no name on this side.
        var api = exchange.Ingressed.Route.Api;
        return handles.FindPlace(exchange, link) is { } place && api?.IsReadable(place.Split('?')[0]) == true ? place : null;
    }

    /// <summary>The handle of a page; null when it does not fit into one.</summary>
    /// <param name="page">Where it begins.</param>
    /// <param name="size">Records per page; 0: as many as the backend gives.</param>
    public string? Seal(PagePlace page, int size) =>
        request.Operation.Next?.Parameter is null
            ? handles.IssuePage(exchange, page, size, null)
            : handles.IssueCursor(exchange, page, size);
}
