using PhiGateway.Policy.Registry;

namespace PhiGateway.Policy.Snapshot;

/// <summary>Turns what a load brought into the next snapshot; one per node, not thread-safe, cheap when little changed.</summary>
public sealed class RegistrySnapshotBuilder
{
    /// <summary>Starts over from a whole load.</summary>
    public RegistrySnapshot Rebuild(RegistryChanges everything) => throw new NotImplementedException();

    /// <summary>Applies changes in order of revision; a revision older than the current one changes nothing.</summary>
    public RegistrySnapshot Apply(RegistryChanges changes) => throw new NotImplementedException();
}
