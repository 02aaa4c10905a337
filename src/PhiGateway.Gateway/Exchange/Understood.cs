using PhiGateway.Apis;
using PhiGateway.Fhir.Requests;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// What the Understand stage adds to the exchange: the request in FHIR terms, and where it came from (a handle, a declared API).
/// </summary>
/// <param name="Request">What is decided, forwarded and judged; for a handle, the request that it continues.</param>
/// <param name="Api">The same request in the words of a declared API; null on FHIR routes.</param>
/// <param name="Continuation">Set when the request came with a handle of ours.</param>
internal readonly record struct Understood(FhirRequest Request, ApiRequest? Api = null, Continuation? Continuation = null)
{
    /// <summary>The request of a declared API, where the request is of that kind.</summary>
    public ApiRequest DeclaredApi => Api ?? throw new InvalidOperationException("This route speaks FHIR.");

    /// <summary>The continuation, where the request is known to have come with a handle.</summary>
    public Continuation Handle => Continuation ?? throw new InvalidOperationException("This request came without a handle.");
}
