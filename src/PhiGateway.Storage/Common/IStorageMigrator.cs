namespace PhiGateway.Storage.Common;

/// <summary>Brings a database to the schema of this binary, or says why it must not; used by hosts at start and by the CLI.</summary>
public interface IStorageMigrator
{
    /// <summary><c>registry</c> or <c>audit</c>.</summary>
    string Name { get; }

    /// <summary>Applies what is missing; several nodes may call it at once and on a live system. Nothing to do is not an error.</summary>
    /// <exception cref="StorageException">Unreachable (retry is the caller's policy), refused, not writable, or written by a newer
    /// binary.</exception>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Checks without changing anything: for nodes whose role may not change the schema.</summary>
    /// <exception cref="StorageException">As above, or the schema is behind.</exception>
    Task VerifyAsync(CancellationToken cancellationToken);
}
