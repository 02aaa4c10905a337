using PhiGateway.Admin.Organizations;
using PhiGateway.Console.Parts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Vendors;

/// <summary>What the screen of vendors shows.</summary>
/// <param name="Items">One page of organizations with what hangs on them.</param>
/// <param name="Total">How many fit in all.</param>
/// <param name="Text">What was searched for; null: nothing.</param>
/// <param name="Next">Address of the next page; null: this is the last.</param>
/// <param name="Today">The day, UTC.</param>
/// <param name="MayStop">Whether the viewer may stop one.</param>
/// <param name="MayReadClocks">Whether the viewer reads the clocks of offboardings.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record VendorsModel(
    IReadOnlyList<VendorLine> Items,
    int Total,
    string? Text,
    string? Next,
    DateOnly Today,
    bool MayStop,
    bool MayReadClocks,
    string FormToken
)
{
    /// <summary>Whether the viewer reads the trail.</summary>
    public bool MayRead { get; init; }

    /// <summary>Where the calls are found when they are counted; null: they are not being counted.</summary>
    public string? Counting { get; init; }
}

/// <summary>One organization with what its clients did and what was found about them.</summary>
/// <param name="Vendor">The organization.</param>
/// <param name="Traffic">
/// What its clients did in seven days; null: the viewer does not read the trail, it cannot be reached, or is not counted yet.
/// </param>
/// <param name="Findings">Open alerts about it and its clients, the urgent first.</param>
public sealed record VendorLine(Vendor Vendor, VendorTraffic? Traffic, IReadOnlyList<Alert> Findings);

/// <summary>What clients of an organization did.</summary>
/// <param name="From">Since when.</param>
/// <param name="Allowed">How many calls were allowed.</param>
/// <param name="Refused">How many were refused.</param>
public sealed record VendorTraffic(DateTimeOffset From, long Allowed, long Refused);

/// <summary>What stops with an organization.</summary>
/// <param name="Vendor">The organization.</param>
/// <param name="Traffic">
/// What its clients did in seven days; null: the viewer does not read the trail, it cannot be reached, or is not counted yet.
/// </param>
/// <param name="Running">Requests of its clients that run on this node now; null: not known, or it is stopped already.</param>
/// <param name="Tried">The form that was refused; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record VendorStopModel(Vendor Vendor, VendorTraffic? Traffic, int? Running, TriedForm? Tried, string FormToken)
{
    /// <summary>Whether the viewer reads the trail.</summary>
    public bool MayRead { get; init; }

    /// <summary>Where its calls are found when they are counted; null: they are not being counted.</summary>
    public string? Counting { get; init; }

    /// <summary>Its uses that cover emergencies.</summary>
    internal IReadOnlyList<UseCase> Emergencies => [.. Vendor.UseCases.Where(static useCase => useCase.AllowsBreakGlass)];

    /// <summary>What is shown, to be told apart from what is there later.</summary>
    internal string Seen =>
        SeenState.Of(
            ("status", Words.Kebab(Vendor.Organization.Status)),
            ("clients", string.Join(", ", Vendor.Clients.Select(static client => $"{client.Id} {Words.Kebab(client.Status)}"))),
            ("uses", string.Join(", ", Vendor.UseCases.Select(static useCase => useCase.Id))),
            ("agreements", string.Join(", ", Vendor.Agreements.Select(static agreement => agreement.Id)))
        );
}
