namespace PhiGateway.Admin.Accounting;

/// <summary>Every hold there is or was, the newest first; without the patients' names.</summary>
/// <param name="Items">The holds.</param>
public sealed record HoldList(IReadOnlyList<DisclosureHold> Items);

/// <summary>Every request there is or was, those that are due first; without the patients' names.</summary>
/// <param name="Items">The requests.</param>
public sealed record RequestList(IReadOnlyList<DisclosureRequest> Items);

/// <summary>What was written into the register.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Event">What it is.</param>
public sealed record RegisterEntry(Guid Id, string Event);
