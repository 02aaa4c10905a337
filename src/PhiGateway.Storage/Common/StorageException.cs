namespace PhiGateway.Storage.Common;

/// <summary>Thrown when an operator has to look at a database; the message says what is wrong and what to do, without secrets.</summary>
public sealed class StorageException : Exception
{
    /// <summary>Made where a database is opened, migrated or checked; the message names no secret.</summary>
    public StorageException(StorageProblem problem, string message, Exception? inner = null)
        : base(message, inner) => Problem = problem;

    /// <summary>What sort of problem; only <see cref="StorageProblem.Unreachable"/> is worth a retry.</summary>
    public StorageProblem Problem { get; }
}
