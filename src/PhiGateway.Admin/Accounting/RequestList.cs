namespace PhiGateway.Admin.Accounting;

/// <summary>Every request there is or was, those that are due first; without the patients' names.</summary>
/// <param name="Items">The requests.</param>
public sealed record RequestList(IReadOnlyList<DisclosureRequest> Items);
