namespace PhiGateway.Gateway.Exchange;

/// <summary>One place among a client's requests in flight; given back when the request ends.</summary>
/// <param name="gate">The client's gate, for quotas.</param>
internal readonly struct AdmissionTicket(ClientGate gate) : IDisposable
{
    /// <summary>The client's gate, for quotas.</summary>
    public ClientGate Gate { get; } = gate;

    public void Dispose() => Gate.Leave();
}
