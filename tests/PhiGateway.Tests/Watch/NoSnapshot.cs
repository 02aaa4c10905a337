using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Tests.Watch;

/// <summary>A node that has no registry yet.</summary>
internal sealed class NoSnapshot : ISnapshotSource
{
    public RegistrySnapshot Current => RegistrySnapshot.Empty;
}
