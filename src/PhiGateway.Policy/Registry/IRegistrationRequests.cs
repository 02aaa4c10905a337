namespace PhiGateway.Policy.Registry;

/// <summary>
/// Keeps the requests of strangers to be registered, beside the registry and never as a part of it: the token service may add one and read
/// what became of it, the control plane decides. Implemented per database.
/// </summary>
public interface IRegistrationRequests
{
    /// <summary>Adds a request that is not there yet, where the queue has room for it.</summary>
    /// <param name="request">It, undecided.</param>
    /// <param name="most">Undecided requests that the queue holds at most.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The request as it stands, or the one that was there already; null: the queue is full.</returns>
    Task<RegistrationRequest?> TryAddAsync(RegistrationRequest request, int most, CancellationToken cancellationToken);

    /// <summary>One request that is not over; null: there is none of this id.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<RegistrationRequest?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>One part of those that are meant and not over: undecided ones first, the oldest first.</summary>
    /// <param name="filter">Which are meant.</param>
    /// <param name="skip">How many stand before the part.</param>
    /// <param name="take">How many stand in it at most.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<RegistrationPart> ListAsync(RegistrationFilter filter, int skip, int take, CancellationToken cancellationToken);

    /// <summary>Writes what a person decided about an undecided request; false: it is not undecided any more, or not there.</summary>
    /// <param name="decided">The request with its decision.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<bool> TryDecideAsync(RegistrationRequest decided, CancellationToken cancellationToken);

    /// <summary>Writes that a person declined several undecided requests; those that are decided or gone meanwhile stay as they are.</summary>
    /// <param name="ids">Which.</param>
    /// <param name="decidedBy">Who.</param>
    /// <param name="decidedAt">When, UTC.</param>
    /// <param name="reason">Why, for people here.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The ids of those that were declined by this.</returns>
    Task<IReadOnlyList<string>> DeclineAsync(
        IReadOnlyList<string> ids,
        string decidedBy,
        DateTimeOffset decidedAt,
        string reason,
        CancellationToken cancellationToken
    );

    /// <summary>Deletes those that are over; called by the control plane.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task DropEndedAsync(CancellationToken cancellationToken);
}
