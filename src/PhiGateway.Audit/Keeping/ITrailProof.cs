using PhiGateway.Audit.Shipping;

namespace PhiGateway.Audit.Keeping;

/// <summary>
/// Says of a row of the store whether this node wrote it: asked by the control plane before a row takes a protection away. Implemented by
/// the logs that the node keeps.
/// </summary>
public interface ITrailProof
{
    /// <summary>Whether the row's body is what one of the node's own logs has in its place, under its checkpoint.</summary>
    bool Proves(AuditEntry row);
}
