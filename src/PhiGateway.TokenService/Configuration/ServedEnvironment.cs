namespace PhiGateway.TokenService.Configuration;

/// <summary>The environment of the gateway, such as <c>production</c>: clients of another are given no token.</summary>
internal sealed record ServedEnvironment(string Name);
