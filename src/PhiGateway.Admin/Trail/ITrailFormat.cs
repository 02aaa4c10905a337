using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Writes records as lines of text, for an export of the trail.</summary>
internal interface ITrailFormat
{
    /// <summary>As it stands in the record of the export.</summary>
    string Name { get; }

    string MediaType { get; }

    /// <summary>What stands before the first record; empty for nothing.</summary>
    ReadOnlyMemory<byte> Head { get; }

    /// <summary>What stands behind the last record; empty for nothing.</summary>
    ReadOnlyMemory<byte> Tail => default;

    ReadOnlyMemory<byte> Lines(IReadOnlyList<AuditEntry> entries);
}
