using PhiGateway.Apis;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;

namespace PhiGateway.Gateway.Release.Apis;

/// <summary>
/// Turns the next-page address or cursor in an answer of a declared API into a sealed handle; called by the answer filter.
/// </summary>
internal sealed class ApiLinks(HandleIssuer handles, GatewayExchange exchange, ApiRequest request) : ILinkSealer
{
    /// <inheritdoc/>
    public string? Seal(string relation, string upstreamUrl)
    {
        var handle = Find(upstreamUrl);
        exchange.Disclosure.CannotFollow |= handle is null;
        return handle;
    }

    private string? Find(string upstreamUrl)
    {
        if (request.Operation.Next is not { } next)
        {
            return null;
        }

        if (next.Parameter is not null)
        {
            return handles.IssueCursor(exchange, upstreamUrl);
        }

        // A page is at a place that the table has a row for; anything else has no name on this side.
        var route = exchange.Ingressed.Route;
        return handles.FindPlace(exchange, upstreamUrl) is { } place && route.Api?.IsReadable(place.Split('?')[0]) == true
            ? handles.Issue(exchange, HandleKind.Page, upstreamUrl)
            : null;
    }
}
