namespace PhiGateway.Admin.Accounting;

/// <summary>What was written into the register.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Event">What it is.</param>
public sealed record RegisterEntry(Guid Id, string Event);
