using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers;

/// <summary>Writes the address of a request as its client is shown it.</summary>
/// <remarks>
/// Security: a value under the gateway's address is asked for under those of the upstream as well, which are nobody's to know.
/// </remarks>
public static class OwnSearchAddress
{
    /// <summary>The address with the gateway's own in the place of each of the upstream's, and alternatives that are the same once.</summary>
    /// <param name="url">The address as it was understood.</param>
    /// <param name="context">Knows the bases.</param>
    public static string Of(string url, FhirContext context) => SelfLink.Own(url, new AnswerOptions(), Bases.Of(context));
}
