namespace PhiGateway.Apis;

/// <summary>Something wrong in a declared table.</summary>
/// <param name="Path">Key below the API's section, such as <c>Operations:0:Path</c>.</param>
/// <param name="Message">What is wrong and what would be right.</param>
public sealed record ApiProblem(string Path, string Message);
