namespace PhiGateway.TokenService.Signing;

/// <summary>Where the keys of the ring are: files that all nodes share, or a service that signs.</summary>
internal interface IRingKeys : IDisposable
{
    /// <summary>The keys that there are, the oldest first; makes one that is due and removes what nothing needs, where that is its to do.</summary>
    /// <param name="known">Finds a key that is held already, by its id, so that it is not opened again.</param>
    /// <param name="now">The moment.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<List<RingKey>> ReadAsync(Func<string, RingKey?> known, DateTimeOffset now, CancellationToken cancellationToken);
}
