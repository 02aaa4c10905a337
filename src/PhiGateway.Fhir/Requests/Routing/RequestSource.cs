using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Fhir.Requests.Bundles;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>Everything that one request consists of (line, headers, body, context), handed from reader to reader.</summary>
/// <param name="Line">The canonical line.</param>
/// <param name="Headers">Headers with meaning.</param>
/// <param name="Body">Whole body.</param>
/// <param name="Context">Bases and limits.</param>
/// <param name="Scanner">Reads facts out of resources.</param>
/// <param name="Bundle">The bundle it is an entry of; null for a request of its own.</param>
/// <param name="Budget">What reading it may still cost.</param>
internal sealed record RequestSource(
    CanonicalRequest Line,
    FhirHeaders Headers,
    ReadOnlyMemory<byte> Body,
    FhirContext Context,
    IBodyScanner Scanner,
    BundleScope? Bundle,
    ReadingBudget Budget
)
{
    internal bool IsGet => Line.Method is "GET" or "HEAD";

    internal string Method => Line.Method;
}
