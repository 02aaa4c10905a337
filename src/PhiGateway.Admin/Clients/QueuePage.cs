namespace PhiGateway.Admin.Clients;

/// <summary>Clients that wait for an approver.</summary>
/// <param name="Items">By client id.</param>
/// <param name="NextCursor">Place of the next page.</param>
public sealed record QueuePage(IReadOnlyList<QueueEntry> Items, string? NextCursor);
