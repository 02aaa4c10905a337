namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// One step of the pipeline: takes the exchange, adds what it found out, and continues, answers or refuses. Run in order by the request
/// runner.
/// </summary>
internal interface IStage
{
    /// <summary>The stage's name in docs, records and metrics.</summary>
    string Name { get; }

    /// <summary>Asks the question; the default result refuses.</summary>
    ValueTask<StageResult> RunAsync(GatewayExchange exchange);
}
