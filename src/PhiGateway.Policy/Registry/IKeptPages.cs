namespace PhiGateway.Policy.Registry;

/// <summary>
/// Keeps, for all nodes, what a client's next page needs and its address has no room for; called by the data plane, implemented per database.
/// </summary>
/// <remarks>Whoever keeps has sealed the content: to the database it is bytes.</remarks>
public interface IKeptPages
{
    /// <summary>
    /// Keeps one; false: its client has as many kept as it may, none of which has ended yet. Throws when the database is away.
    /// </summary>
    /// <param name="page">What is kept.</param>
    /// <param name="most">How many of one client are kept at most.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<bool> TryKeepAsync(KeptPage page, int most, CancellationToken cancellationToken);

    /// <summary>The content; null: there is no such page, or its time is over. Throws when the database is away.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    Task<byte[]?> FindAsync(string id, CancellationToken cancellationToken);
}

/// <summary>One page that is kept.</summary>
/// <param name="Id">A digest of its address, so that who reads the table cannot ask for it.</param>
/// <param name="Client">Id of the client that it counts for.</param>
/// <param name="Content">Sealed content.</param>
/// <param name="Until">From when on it may be forgotten, UTC.</param>
public sealed record KeptPage(string Id, string Client, ReadOnlyMemory<byte> Content, DateTimeOffset Until);
