namespace PhiGateway.Policy.Registry;

/// <summary>
/// Remembers over all nodes what may be used once, such as a proof of possession or a client's assertion; called by whoever checks them,
/// implemented per database.
/// </summary>
public interface ISingleUses
{
    /// <summary>
    /// Takes the one use of something; true the first time, false from then on. Throws when the database is away: nothing was taken then,
    /// or it was and is lost.
    /// </summary>
    /// <param name="use">What is used: a kind and a digest, never a secret or a name.</param>
    /// <param name="until">From when on it is worth nothing by itself, so that it may be forgotten.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<bool> TryUseAsync(string use, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the use of something, or keeps what was taken for longer: of two ends the later counts. Throws when the database is away.
    /// </summary>
    /// <param name="use">As above.</param>
    /// <param name="until">From when on it may be forgotten.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task KeepAsync(string use, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Until when something that was used is remembered; null: it was not, or is forgotten. Throws when the database is away.</summary>
    /// <param name="use">As it was used.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<DateTimeOffset?> FindEndAsync(string use, CancellationToken cancellationToken);

    /// <summary>Whether something was used already, and is not forgotten; takes nothing. Throws when the database is away.</summary>
    /// <param name="use">As it was used.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<bool> IsUsedAsync(string use, CancellationToken cancellationToken);
}
