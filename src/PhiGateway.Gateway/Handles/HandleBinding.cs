using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Handles;

/// <summary>The client, tenant, route and approval that a handle was issued under; all must be the same when it is used.</summary>
/// <param name="Client">Registry id of the client.</param>
/// <param name="Tenant">Tenant of the route.</param>
/// <param name="Route">Route id.</param>
/// <param name="Fingerprint">Fingerprint of what the client may do: more or less of it, another handle; a rotation of keys keeps it.</param>
/// <param name="UseCase">Use case of the client; empty when it has none.</param>
internal sealed record HandleBinding(string Client, string Tenant, string Route, string Fingerprint, string UseCase)
{
    /// <summary>The binding of a request; null when it has no registered client.</summary>
    public static HandleBinding? Of(GatewayExchange exchange) =>
        exchange.Known is { Client: { } entry, Route: { } route }
            ? new HandleBinding(entry.Client.Id, route.Tenant, route.RouteId, entry.RightsFingerprint, entry.Client.UseCase ?? string.Empty)
            : null;
}
