using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Admin.Status;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Now;

/// <summary>What the first screen shows.</summary>
/// <param name="Range">24h, 7d or 14d.</param>
/// <param name="At">When it was made.</param>
/// <param name="Traffic">Allowed and refused; null: the viewer may not read the trail.</param>
/// <param name="Lanes">The lanes of alerts that nobody has closed, each with the first of it.</param>
/// <param name="Stoppable">Clients of the alerts shown that can be stopped by the viewer.</param>
/// <param name="Nodes">Every node as it last reported.</param>
/// <param name="Status">This node.</param>
/// <param name="Waiting">How many clients wait for an approver.</param>
/// <param name="Reviews">Reviews past their day; null: the viewer does not see reviews.</param>
/// <param name="Requests">Patients' requests that wait; null: the viewer does not answer them, or they cannot be reached.</param>
/// <param name="IsLive">Whether the page is asked for again by itself.</param>
/// <param name="MayStop">Whether the viewer may stop a client.</param>
public sealed record NowModel(
    string Range,
    DateTimeOffset At,
    NowTraffic? Traffic,
    IReadOnlyList<AlertLanePage> Lanes,
    IReadOnlyCollection<string> Stoppable,
    NodesReport Nodes,
    HereReport Status,
    int Waiting,
    OverdueCampaigns? Reviews,
    NowRequests? Requests,
    bool IsLive,
    bool MayStop
)
{
    /// <summary>Whether the requests are being counted still: the page asks again by itself.</summary>
    public bool IsCounting { get; init; }

    /// <summary>Whether requests are shown as they were counted before, while they are counted anew: the page asks again by itself.</summary>
    public bool IsOld { get; init; }
}

/// <summary>Patients' requests for an accounting that nobody has answered.</summary>
/// <param name="Open">How many.</param>
/// <param name="Late">How many of those are past their day.</param>
public sealed record NowRequests(int Open, int Late);

/// <summary>Allowed and refused over a time, against what is usual.</summary>
/// <param name="From">From this moment on.</param>
/// <param name="To">Before this moment.</param>
/// <param name="Allowed">How many were allowed.</param>
/// <param name="Denied">How many were refused.</param>
/// <param name="Failed">How many could not be answered.</param>
/// <param name="UsualAllowed">The middle of earlier times of that length; null: there are none.</param>
/// <param name="UsualDenied">The same of refusals.</param>
/// <param name="AllowedBars">Allowed over time.</param>
/// <param name="DeniedBars">Refused over time, by reason.</param>
/// <param name="Reasons">Refusals by reason, most first.</param>
/// <param name="Clients">Clients with the most refusals.</param>
/// <param name="ReasonsInAll">How many reasons there are, those that are not shown too.</param>
/// <param name="ClientsInAll">How many registered clients called, those that are not shown too.</param>
/// <param name="Tenants">How many tenants were asked for.</param>
/// <param name="At">When it was counted.</param>
public sealed record NowTraffic(
    DateTimeOffset From,
    DateTimeOffset To,
    long Allowed,
    long Denied,
    long Failed,
    long? UsualAllowed,
    long? UsualDenied,
    BarsModel AllowedBars,
    BarsModel DeniedBars,
    IReadOnlyList<NowReason> Reasons,
    IReadOnlyList<NowClient> Clients,
    int ReasonsInAll,
    int ClientsInAll,
    int Tenants,
    DateTimeOffset At
);

/// <summary>One reason of refusals.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Count">How many.</param>
/// <param name="Usual">The middle of earlier times; null: there are none.</param>
public sealed record NowReason(string Code, long Count, long? Usual);

/// <summary>One client and what became of its calls.</summary>
/// <param name="Id">Registered client; null: a stranger.</param>
/// <param name="Organization">Who runs it; null: not known.</param>
/// <param name="Allowed">How many were allowed.</param>
/// <param name="Denied">How many were refused.</param>
public sealed record NowClient(string? Id, string? Organization, long Allowed, long Denied);
