namespace PhiGateway.Storage.Schema;

/// <summary>Table <c>audit_log</c>: how far each log has arrived; its row lock keeps two shippers of one log apart.</summary>
internal sealed class AuditLogRow
{
    public required string Log { get; set; }

    /// <summary>Highest contiguous sequence; -1: none.</summary>
    public long Watermark { get; set; }

    /// <summary>Highest sequence of all; above it nothing can be a duplicate.</summary>
    public long Highest { get; set; }
}
