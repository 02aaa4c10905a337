namespace PhiGateway.Gateway.Exchange;

/// <summary>One question of the request's way.</summary>
internal interface IStage
{
    /// <summary>The stage's name in docs, records and metrics.</summary>
    string Name { get; }

    /// <summary>Asks the question; the default result refuses.</summary>
    ValueTask<StageResult> RunAsync(GatewayExchange exchange);
}
