using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// The request that a handle continues, in a canonical spelling that reads back as the same request; sealed into the handle and decided
/// anew at each use.
/// </summary>
/// <param name="Method">Exact upper-case method.</param>
/// <param name="Target">Canonical target with the route's base.</param>
/// <param name="ContentType">Media type of the body; null without one.</param>
/// <param name="IsAsync">It was an export's kick-off, which is only read as one with its Prefer header.</param>
/// <param name="Body">Form or resource; empty without one.</param>
internal sealed record OriginalRequest(string Method, string Target, string? ContentType, bool IsAsync, ReadOnlyMemory<byte> Body)
{
    /// <summary>The headers under which it is read again: those that belong to its meaning, none of the later request.</summary>
    /// <remarks>
    /// What was taken with parts left out (an export's inputs, a form's unknown names) is taken so again: what was refused then was never
    /// given a handle.
    /// </remarks>
    public FhirHeaders Headers =>
        new() { ContentType = ContentType, Prefer = IsAsync ? "respond-async, handling=lenient" : "handling=lenient" };

    /// <summary>The original of an understood request: itself, or what its own handle continues.</summary>
    public static OriginalRequest Of(GatewayExchange exchange)
    {
        if (exchange.Understood.Continuation is { } continuation)
        {
            return continuation.Original;
        }

        var request = exchange.Request;
        var body = exchange.Body?.Written ?? default;
        return new OriginalRequest(
            request.Canonical.Method,
            request.Canonical.ToTarget(),
            body.IsEmpty ? null : exchange.Ingressed.Headers.ContentType,
            request.Interaction == Interaction.Export,
            body
        );
    }
}
