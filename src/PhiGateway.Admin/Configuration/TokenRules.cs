namespace PhiGateway.Admin.Configuration;

/// <summary>
/// What an issuer's configuration says about the age of its tokens; the host tells the control plane, so that explanations judge as the
/// node does.
/// </summary>
/// <param name="MaxLifetime">Longest accepted lifetime.</param>
/// <param name="ClockSkew">How far clocks may differ.</param>
public sealed record TokenRules(TimeSpan MaxLifetime, TimeSpan ClockSkew);
