namespace PhiGateway.EndToEnd;

/// <summary>One node with the embedded store.</summary>
public sealed class SqliteWorld : GatewayWorld
{
    private protected override string Provider => "Sqlite";
}
