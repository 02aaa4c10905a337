namespace PhiGateway.Policy.Registry;

/// <summary>
/// Loads the registry, waits for changes and reports the node's status; called by gateway nodes, implemented per database.
/// </summary>
/// <remarks>All methods may throw when the database is away: the node then keeps its last good snapshot.</remarks>
public interface IRegistrySource
{
    /// <summary>Everything, in one consistent read, together with the revision it stands for.</summary>
    Task<RegistryChanges> LoadAllAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Everything written after a revision, in order of revision; tombstones included. Empty when nothing was. Of a bulk import a first
    /// page
    /// (<see cref="RegistryChanges.HasMore"/>), yet every revocation: none waits behind an import.
    /// </summary>
    /// <remarks>Never skips a change that commits late: a revision is only reported once every smaller one is visible.</remarks>
    Task<RegistryChanges> LoadSinceAsync(long revision, CancellationToken cancellationToken);

    /// <summary>Every revocation, in order of revision.</summary>
    async Task<IReadOnlyList<Revocation>> LoadRevocationsAsync(CancellationToken cancellationToken) =>
        (await LoadAllAsync(cancellationToken)).Revocations;

    /// <summary>
    /// Returns when something may have changed (NOTIFY, in-process signal) or after the time given; never throws for a lost database, only
    /// waits.
    /// </summary>
    Task WaitForChangeAsync(TimeSpan atMost, CancellationToken cancellationToken);

    /// <summary>
    /// Gives up the connections that are open: one of them may have died without a word. The next question is asked over a fresh one.
    /// </summary>
    void Renew() { }

    /// <summary>Says which revision this node enforces, for <c>node_status</c>; best effort.</summary>
    Task ReportNodeAsync(NodeStatus status, CancellationToken cancellationToken);
}
