namespace PhiGateway.Gateway.Configuration;

/// <summary>One mistake in the configuration: its key and what is wrong with it, for the operator.</summary>
/// <param name="Key">The key, as <c>PhiGateway:Registry:Provider</c>.</param>
/// <param name="Message">What is wrong and what to write instead; never a secret.</param>
public sealed record ConfigurationProblem(string Key, string Message);
