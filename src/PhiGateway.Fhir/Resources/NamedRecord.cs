namespace PhiGateway.Fhir.Resources;

/// <summary>A record that a resource refers to, and from where.</summary>
/// <param name="Element">The top-level element that the reference stands in.</param>
/// <param name="Name">The record.</param>
internal readonly record struct NamedRecord(string Element, ResourceName Name);
