namespace PhiGateway.Proof.Heads;

/// <summary>
/// Where a node puts what it has signed and cannot write again: a table into which its login may only insert. Implemented by the storage.
/// </summary>
public interface IHeadStore
{
    /// <summary>Adds heads; one that is there already stays as it is.</summary>
    Task AppendAsync(IReadOnlyList<LogHead> heads, CancellationToken cancellationToken);

    /// <summary>What was put there about a log, smallest size first, from a size on.</summary>
    Task<IReadOnlyList<LogHead>> ReadAsync(string log, long fromSize, int limit, CancellationToken cancellationToken);
}
