using PhiGateway.Admin.Organizations;

namespace PhiGateway.Console.Pages.Vendors;

/// <summary>What the screen of vendors shows.</summary>
/// <param name="Items">Organizations with what hangs on them.</param>
/// <param name="Today">The day, UTC.</param>
/// <param name="MayStop">Whether the viewer may stop one.</param>
public sealed record VendorsModel(IReadOnlyList<Vendor> Items, DateOnly Today, bool MayStop);

/// <summary>What stops with an organization.</summary>
/// <param name="Vendor">The organization.</param>
/// <param name="Reason">What was typed.</param>
/// <param name="Problem">Why it was not done; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record VendorStopModel(Vendor Vendor, string? Reason, string? Problem, string FormToken);
