using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests;

/// <summary>Turns a canonical request and its body into a <see cref="FhirRequest"/>, or refuses it.</summary>
/// <remarks>Never throws for anything a client can send.</remarks>
public static class FhirRequestReader
{
    /// <summary>Whether the method and path can carry a body that must be read before understanding.</summary>
    public static bool ExpectsBody(CanonicalRequest request) => request.Method is "POST" or "PUT" or "PATCH";

    /// <summary>Reads the request.</summary>
    /// <param name="request">The canonical line.</param>
    /// <param name="headers">Headers with meaning.</param>
    /// <param name="body">Whole body; empty when there is none.</param>
    /// <param name="context">Own base addresses and limits.</param>
    public static Reading<FhirRequest> Read(
        CanonicalRequest request,
        in FhirHeaders headers,
        ReadOnlyMemory<byte> body,
        FhirContext context
    ) => Read(request, headers, body, context, ResourceBodyScanner.Instance);

    internal static Reading<FhirRequest> Read(
        CanonicalRequest request,
        in FhirHeaders headers,
        ReadOnlyMemory<byte> body,
        FhirContext context,
        IBodyScanner scanner
    ) => RequestRouter.Route(new RequestSource(request, headers, body, context, scanner, Bundle: null, new ReadingBudget(context)));
}
