namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>registry_revision</c>: one row; whoever writes the registry holds its lock until commit, so that commits happen in order of
/// revision.
/// </summary>
internal sealed class RevisionRow
{
    public short Id { get; set; }

    public long Revision { get; set; }

    public DateTimeOffset ChangedAt { get; set; }
}
