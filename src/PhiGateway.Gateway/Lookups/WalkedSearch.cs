using PhiGateway.Fhir.Requests;

namespace PhiGateway.Gateway.Lookups;

/// <summary>A search whose chains were looked up and replaced by what they found; goes on to Settle or to a condition's search.</summary>
/// <param name="Search">It, without them.</param>
/// <param name="Added">What stands in the place of the chains, which the client's own self link does not show.</param>
internal sealed record WalkedSearch(FhirRequest Search, IReadOnlyList<KeyValuePair<string, string>> Added)
{
    /// <summary>Some of what its chains lead over may not be seen by this client.</summary>
    public bool HidesSome { get; init; }
}
