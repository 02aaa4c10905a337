using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Cases;

/// <summary>One case with its alerts and what happened in it, in order.</summary>
/// <param name="Case">The case.</param>
/// <param name="Version">Its version.</param>
/// <param name="Alerts">Its alerts with their versions, the newest first.</param>
/// <param name="Alike">Alerts that look like it and are in no case.</param>
/// <param name="Timeline">What happened, the oldest first.</param>
/// <param name="Records">Ids of the records that show it, the oldest first.</param>
public sealed record CaseView(
    AlertCase Case,
    long Version,
    IReadOnlyList<ListedAlert> Alerts,
    IReadOnlyList<Alert> Alike,
    IReadOnlyList<CaseMoment> Timeline,
    IReadOnlyList<string> Records
);

/// <summary>One thing that happened.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Who">Who did it; null: the gateway saw it.</param>
/// <param name="Words">What, in words without PHI.</param>
public sealed record CaseMoment(DateTimeOffset At, string? Who, string Words);
