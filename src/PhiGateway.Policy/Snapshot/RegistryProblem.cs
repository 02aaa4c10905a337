namespace PhiGateway.Policy.Snapshot;

/// <summary>One finding about the registry.</summary>
/// <param name="Path">Where, such as <c>clients/acme/environment</c>.</param>
/// <param name="Message">What is wrong and what to do, without PHI.</param>
public sealed record RegistryProblem(string Path, string Message);
