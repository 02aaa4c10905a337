namespace PhiGateway.Policy.Snapshot;

/// <summary>Gives the snapshot in force on this node; a port of the control plane, served by whoever follows the registry.</summary>
/// <remarks>Thread-safe. Ask once per piece of work and keep what was given: the next question may get another snapshot.</remarks>
public interface ISnapshotSource
{
    /// <summary>The snapshot in force; the empty one until the registry was loaded.</summary>
    RegistrySnapshot Current { get; }
}
