using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Handles;

/// <summary>
/// The client, tenant, route, approval and circumstances that a handle was issued under; all must be the same when it is used.
/// </summary>
/// <remarks>
/// Not the token: a client whose token was renewed goes on with the new one, under whose own rights whatever is asked for is decided anew.
/// </remarks>
/// <param name="Client">Registry id of the client.</param>
/// <param name="Tenant">Tenant of the route.</param>
/// <param name="Route">Route id.</param>
/// <param name="Fingerprint">Fingerprint of what the client may do: more or less of it, another handle; a rotation of keys keeps it.</param>
/// <param name="UseCase">Use case of the client; empty when it has none.</param>
/// <param name="Context">
/// Whom the token is of (subject, and who acts for it), launch context, task and purposes of the caller, and how it proves itself, as one text.
/// </param>
internal sealed record HandleBinding(string Client, string Tenant, string Route, string Fingerprint, string UseCase, string Context)
{
    // None of them holds one that was not replaced.
    private const char Between = '\n';

    /// <summary>The binding of a request; null when it has no registered client.</summary>
    public static HandleBinding? Of(GatewayExchange exchange) =>
        exchange.Known is { Client: { } entry, Route: { } route, Caller: { } caller }
            ? new HandleBinding(
                entry.Client.Id,
                route.Tenant,
                route.RouteId,
                entry.RightsFingerprint,
                entry.Client.UseCase ?? string.Empty,
                ContextOf(caller)
            )
            : null;

    // An upstream's place was found for one user, one patient, one task, one purpose: whoever comes for another asks for itself.
    private static string ContextOf(Caller caller) =>
        string.Join(
            Between,
            [
                caller.PatientContext?.Value,
                caller.Task,
                string.Join(' ', caller.Purposes.Select(static purpose => purpose.Code).Order(StringComparer.Ordinal)),
                caller.Binding,
                Line(caller.Subject),
                .. caller.Actors.Select(Line),
            ]
        );

    private static string? Line(string? text) =>
        text?.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
