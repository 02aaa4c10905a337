namespace PhiGateway.Fhir.Canonical;

/// <summary>One name and value of a query or form, percent-decoded exactly once, after splitting.</summary>
/// <param name="Name">Whole name with modifiers, chain and all.</param>
/// <param name="Value">Whole value; commas and FHIR's backslash escapes are still in it.</param>
public readonly record struct QueryParameter(string Name, string Value);
