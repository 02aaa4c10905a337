namespace PhiGateway.Audit.Shipping;

/// <summary>
/// Is shown each batch that the shipper has read, before it is stored, so that the journal is read and parsed once for both. Served by the
/// transparency log.
/// </summary>
public interface IBatchFollower
{
    /// <summary>
    /// Takes what it can of a batch, and keeps nothing of it: what it could not take it reads from the journal itself. Never throws for a
    /// disk that is away.
    /// </summary>
    /// <param name="batch">Records of one log, in order and without gaps; the same records may be shown again.</param>
    void Follow(IReadOnlyList<AuditEntry> batch);
}
