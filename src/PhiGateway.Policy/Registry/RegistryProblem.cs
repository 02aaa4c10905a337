namespace PhiGateway.Policy.Registry;

/// <summary>One mistake found in the registry: where it is, and what is wrong with it.</summary>
/// <param name="Path">Where, such as <c>clients/acme/environment</c>.</param>
/// <param name="Message">What is wrong and what to do, without PHI.</param>
public sealed record RegistryProblem(string Path, string Message)
{
    /// <summary>
    /// Whether the row is sound but of a newer version, so that this node cannot understand it; what depends on it is closed on this node.
    /// </summary>
    public bool IsNotUnderstood { get; init; }

    internal static RegistryProblem NotUnderstood(string path, string message) => new(path, message) { IsNotUnderstood = true };
}
