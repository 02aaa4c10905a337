using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Gateway.Exchange;

/// <summary>What the Ingress stage adds to the exchange: the matched route and the one reading of request line and headers.</summary>
/// <param name="Route">The route that the request came to.</param>
/// <param name="Proxy">YARP's view of the route: cluster and destinations.</param>
/// <param name="Canonical">The request line.</param>
/// <param name="Headers">The headers that carry meaning.</param>
/// <param name="Document">Which public document was asked for, if any.</param>
internal readonly record struct Ingressed(
    PhiRoute Route,
    IReverseProxyFeature Proxy,
    CanonicalRequest Canonical,
    FhirHeaders Headers,
    PublicDocument Document = PublicDocument.None
);
