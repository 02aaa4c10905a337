using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// Finds where a created resource is, by the gateway's names; asked before a write is put on record, since a place that cannot be named is
/// noted there.
/// </summary>
internal sealed class CreatedPlace(HandleIssuer handles)
{
    /// <summary>
    /// Where a created resource is, or the one that a conditional create found; null: nothing was created, or nothing can be said. Only a
    /// place below the upstream's own base, or a resource that leaves, has a name on this side.
    /// </summary>
    public string? Find(GatewayExchange exchange, UpstreamAnswer answer, int status)
    {
        var language = exchange.Ingressed.Route.Language;
        if (exchange is { Conditional.Interaction: Interaction.Create, Request: { Interaction: Interaction.Read } found })
        {
            return $"{language.GatewayBase}/{found.Type.Name}/{found.Id}";
        }

        if (status != 201)
        {
            return null;
        }

        // Some servers say only where the representation is that they send along (RFC 9110, 8.7).
        var said = (answer.Location ?? answer.ContentLocation)?.OriginalString;
        if (said is not null && PlaceOf(exchange, said) is { } place)
        {
            return language.GatewayBase + place;
        }

        if (AnswerHeaders.IsOneResource(exchange) && exchange.Disclosure.Resources[0] is { Id: { } id, Type: var type })
        {
            return $"{language.GatewayBase}/{type.Name}/{id}";
        }

        if (said is null)
        {
            return null;
        }

        exchange.Disclosure.CannotFollow = true;
        if (exchange.Bundle is null)
        {
            exchange.Http.Response.Headers[KnownHeaders.Incomplete] = "location";
        }

        return null;
    }

    /// <summary>Whether an answer says where the record that was changed is, or its new version: then the server knows of the change.</summary>
    /// <param name="exchange">The change.</param>
    /// <param name="answer">Its answer.</param>
    public bool IsOfWritten(GatewayExchange exchange, UpstreamAnswer answer) =>
        exchange.Request is { Id: { } id, Interaction: Interaction.Update or Interaction.Patch }
        && (answer.Location ?? answer.ContentLocation)?.OriginalString is { } said
        && PlaceOf(exchange, said) is { } place
        && place.TrimStart('/').Split('/')[1] == id;

    // Some servers write it from their own root, as if there were no base.
    private string? PlaceOf(GatewayExchange exchange, string said)
    {
        var place = handles.FindPlace(exchange, said) ?? (said.StartsWith('/') ? said : null);
        return place is not null && IsOne(place, exchange.Request.Type) ? place : null;
    }

    private static bool IsOne(string place, ResourceType created)
    {
        var parts = place.TrimStart('/').Split('/');
        return parts.Length is 2 or 4
            && ResourceType.TryParse(parts[0], out var type)
            && type == created
            && FhirId.IsValid(parts[1])
            && (parts.Length == 2 || (parts[2] == "_history" && FhirId.IsValid(parts[3])));
    }
}
