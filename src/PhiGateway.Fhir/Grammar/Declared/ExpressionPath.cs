namespace PhiGateway.Fhir.Grammar.Declared;

/// <summary>One way that an expression takes through a resource.</summary>
/// <param name="Type">Name of the resource type it starts from.</param>
/// <param name="Element">The top-level element it goes into, as it stands in JSON; a choice element with its type where the expression
/// names one.</param>
/// <param name="Path">Element names from there on, dotted.</param>
/// <param name="IsPlain">Nothing but names and a type: the path says all that the expression says.</param>
/// <param name="Target">The one type that a reference at its end must point at (<c>where(resolve() is Patient)</c>); null: any.</param>
internal sealed record ExpressionPath(string Type, string Element, string Path, bool IsPlain, string? Target);
