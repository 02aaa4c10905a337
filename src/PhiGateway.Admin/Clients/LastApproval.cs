namespace PhiGateway.Admin.Clients;

/// <summary>An approval that was given.</summary>
/// <param name="By">Who approved.</param>
/// <param name="At">When, UTC.</param>
/// <param name="RequestedBy">Who had asked.</param>
/// <param name="Reason">Why, in the approver's words.</param>
/// <param name="Until">First day on which it no longer counts; absent: as long as the use case.</param>
public sealed record LastApproval(string By, DateTimeOffset At, string RequestedBy, string? Reason, DateOnly? Until);
