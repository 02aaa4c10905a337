namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Holds one place among a client's requests in flight, and among those of its use case and organization where they have limits, and gives
/// all of them back when it is disposed of at the end of the request.
/// </summary>
/// <param name="gate">The client's gate.</param>
/// <param name="ofUseCase">That of its use case; null: it has no limits.</param>
/// <param name="ofOrganization">That of its organization; null: it has no limits.</param>
internal readonly struct AdmissionTicket(ClientGate gate, ClientGate? ofUseCase = null, ClientGate? ofOrganization = null) : IDisposable
{
    /// <summary>The client's gate.</summary>
    public ClientGate Gate { get; } = gate;

    /// <summary>Whether anything is held against limits that others share.</summary>
    public bool IsShared => ofUseCase is not null || ofOrganization is not null;

    /// <summary>The gate of one owner of limits; null: it had none when the request was admitted.</summary>
    public ClientGate? Of(LimitOwner owner) =>
        owner switch
        {
            LimitOwner.Client => Gate,
            LimitOwner.UseCase => ofUseCase,
            _ => ofOrganization,
        };

    public void Dispose()
    {
        Gate.Leave();
        ofUseCase?.Leave();
        ofOrganization?.Leave();
    }
}
