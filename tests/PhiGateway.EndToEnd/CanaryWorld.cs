namespace PhiGateway.EndToEnd;

/// <summary>One node whose logs nobody else writes to.</summary>
public sealed class CanaryWorld : GatewayWorld
{
    private protected override string Provider => "Sqlite";
}
