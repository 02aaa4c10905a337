using PhiGateway.Watch.Usage;

namespace PhiGateway.Admin.Clients;

/// <summary>What a client used of what it may, as the watch of this node knows it.</summary>
/// <param name="Client">Client id.</param>
/// <param name="LastUsed">Its last use of anything; null: none is known.</param>
/// <param name="Uses">By operation, purpose and tenant, the longest unused first.</param>
public sealed record UsageReport(string Client, DateTimeOffset? LastUsed, IReadOnlyList<UsageRow> Uses);
