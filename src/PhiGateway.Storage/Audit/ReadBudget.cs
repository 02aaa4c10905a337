using PhiGateway.Audit.Shipping;

namespace PhiGateway.Storage.Audit;

/// <summary>What one reading of records may take in memory; one per page, not thread-safe.</summary>
internal sealed class ReadBudget
{
    private long _bytes;

    /// <summary>Records that were read.</summary>
    public int Rows { get; private set; }

    /// <summary>Whether no more is read.</summary>
    public bool IsSpent => _bytes >= AuditPageBytes.Most;

    /// <summary>One was read.</summary>
    public void Take(AuditEntry entry)
    {
        Rows++;
        _bytes += AuditPageBytes.Of(entry);
    }
}
