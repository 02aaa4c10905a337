namespace PhiGateway.Gateway.Configuration;

/// <summary>One thing wrong with the configuration.</summary>
/// <param name="Key">The key, as <c>PhiGateway:Registry:Provider</c>.</param>
/// <param name="Message">What is wrong and what to write instead; never a secret.</param>
public sealed record ConfigurationProblem(string Key, string Message);
