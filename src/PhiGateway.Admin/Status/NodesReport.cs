namespace PhiGateway.Admin.Status;

/// <summary>The last report of every node.</summary>
/// <param name="Revision">Revision of the store.</param>
/// <param name="Nodes">By name.</param>
public sealed record NodesReport(long Revision, IReadOnlyList<NodeReport> Nodes);
