namespace PhiGateway.Proof.Heads;

/// <summary>
/// Takes what a node has signed into a table into which its login may only insert, so that the node cannot change it again, and reads it
/// back. Implemented by the storage.
/// </summary>
public interface IHeadStore
{
    /// <summary>Adds heads; one that is there already stays as it is.</summary>
    Task AppendAsync(IReadOnlyList<LogHead> heads, CancellationToken cancellationToken);

    /// <summary>What was put there about a log, smallest size first, from a size on.</summary>
    Task<IReadOnlyList<LogHead>> ReadAsync(string log, long fromSize, int limit, CancellationToken cancellationToken);

    /// <summary>How many statements of keys were put there about a log.</summary>
    Task<long> CountStatementsAsync(string log, CancellationToken cancellationToken);

    /// <summary>The statements of keys that were put there about a log, smallest size first, from a size on.</summary>
    Task<IReadOnlyList<LogHead>> ReadStatementsAsync(string log, long fromSize, int limit, CancellationToken cancellationToken);

    /// <summary>What was put there of all logs since a moment, by the nodes' clocks: the newest of it, in the order of its time.</summary>
    Task<IReadOnlyList<LogHead>> ReadSinceAsync(DateTimeOffset from, int limit, CancellationToken cancellationToken);
}
