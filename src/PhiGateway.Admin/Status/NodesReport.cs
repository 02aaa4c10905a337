namespace PhiGateway.Admin.Status;

/// <summary>What every node last reported.</summary>
/// <param name="Revision">Revision of the store.</param>
/// <param name="Nodes">By name.</param>
public sealed record NodesReport(long Revision, IReadOnlyList<NodeReport> Nodes);
