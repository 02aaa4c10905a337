namespace PhiGateway.Policy.Snapshot;

/// <summary>Gives the snapshot in force on this node; a port of the control plane, served by whoever follows the registry.</summary>
/// <remarks>Thread-safe. Ask once per piece of work and keep what was given: the next question may get another snapshot.</remarks>
public interface ISnapshotSource
{
    /// <summary>The snapshot in force; the empty one until the registry was loaded.</summary>
    RegistrySnapshot Current { get; }

    /// <summary>
    /// The snapshot for an answer on which somebody else's decision hangs: one that was looked at within the time allowed, even if this node
    /// was paused; null while the registry has been out of sight for longer than access may hang on it.
    /// </summary>
    /// <remarks>Security: whoever tells another party what is allowed asks here. A source that follows no registry is never out of sight.</remarks>
    ValueTask<RegistrySnapshot?> FindFreshAsync(CancellationToken cancellationToken) => new(Current);
}
