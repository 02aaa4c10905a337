namespace PhiGateway.Fhir.Grammar.Declared;

/// <summary>One file of <c>SearchParameter</c> resources, as it was read from disk.</summary>
/// <param name="Name">Its path as the operator knows it; <c>.ndjson</c> at the end means one resource per line, anything else one resource
/// or a Bundle.</param>
/// <param name="Content">Its bytes.</param>
public sealed record DeclaredFile(string Name, ReadOnlyMemory<byte> Content);

/// <summary>Something wrong in a file of <c>SearchParameter</c> resources.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Pointer">JSON pointer to the place; for NDJSON behind the line, as <c>line 3 /code</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record DeclaredProblem(string File, string Pointer, string Message);
