using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// The result of a condition's search: the ids that match among all that its client may see, and the permit it was made under.
/// </summary>
/// <param name="Ids">Ids of the matches; two stand for any number.</param>
/// <param name="Permit">Under which the search was made and its answer judged.</param>
/// <param name="Search">The search as it was made: without chains that had to be looked up.</param>
internal sealed record Matches(IReadOnlyList<string> Ids, Permit Permit, FhirRequest Search);
