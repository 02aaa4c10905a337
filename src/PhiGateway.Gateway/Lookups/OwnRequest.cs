using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Reads what the gateway itself asks in a client's name as if the client had asked it: a GET on the route, understood like any other, to be
/// decided like any other. Used by lookups whose answers are judged.
/// </summary>
internal static class OwnRequest
{
    /// <summary>Understands a GET of one place below the route's base.</summary>
    /// <param name="route">The client's route.</param>
    /// <param name="place">What is asked for, such as <c>/Binary/1</c>.</param>
    /// <returns>Null when it cannot be read: nothing is looked up then.</returns>
    public static FhirRequest? Read(PhiRoute route, string place) =>
        CanonicalReader.Read("GET", route.Base + place, route.Base).TryGet(out var line, out _)
        && FhirRequestReader.Read(line, default, default, route.Language).TryGet(out var request, out _)
            ? request
            : null;
}
