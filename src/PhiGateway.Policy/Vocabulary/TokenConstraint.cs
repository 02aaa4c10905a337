namespace PhiGateway.Policy.Vocabulary;

/// <summary>A search-like condition on one resource: a grant's <c>where</c> or a SMART scope's query filter, such as <c>category=…|laboratory</c>.</summary>
/// <param name="Parameter">A token search parameter of the type, without modifier.</param>
/// <param name="AnyOf">Values of which one must be there (comma in FHIR search); several constraints must all hold.</param>
public sealed record TokenConstraint(string Parameter, IReadOnlyList<TokenValue> AnyOf);
