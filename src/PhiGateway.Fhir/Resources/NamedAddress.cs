namespace PhiGateway.Fhir.Resources;

/// <summary>A canonical address that stands in a resource, and where.</summary>
/// <param name="Element">The top-level element that it stands in.</param>
/// <param name="Address">The address, with its version if any and without a fragment; <c>Type/id</c> of a literal reference.</param>
internal readonly record struct NamedAddress(string Element, string Address);
