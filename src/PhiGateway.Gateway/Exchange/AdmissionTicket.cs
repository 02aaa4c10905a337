namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Holds one place among a client's requests in flight, and gives it back when it is disposed of at the end of the request.
/// </summary>
/// <param name="gate">The client's gate, for quotas.</param>
internal readonly struct AdmissionTicket(ClientGate gate) : IDisposable
{
    /// <summary>The client's gate, for quotas.</summary>
    public ClientGate Gate { get; } = gate;

    public void Dispose() => Gate.Leave();
}
