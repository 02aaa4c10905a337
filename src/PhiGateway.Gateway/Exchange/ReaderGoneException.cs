namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Thrown when the connection that an answer is written to no longer takes anything: whoever read it has gone, whether the server has said
/// so yet or not. Thrown by the one door, handled by the request runner.
/// </summary>
internal sealed class ReaderGoneException() : OperationCanceledException("Whoever read the answer has gone.");
