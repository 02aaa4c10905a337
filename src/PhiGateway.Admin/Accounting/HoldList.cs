namespace PhiGateway.Admin.Accounting;

/// <summary>Every hold there is or was, the newest first; without the patients' names.</summary>
/// <param name="Items">The holds.</param>
public sealed record HoldList(IReadOnlyList<DisclosureHold> Items);
