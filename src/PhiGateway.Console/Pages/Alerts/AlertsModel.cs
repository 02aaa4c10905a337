using PhiGateway.Admin.Alerts;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>What the screens of alerts show.</summary>
/// <param name="Items">The alerts, the urgent first.</param>
/// <param name="Total">How many there are.</param>
/// <param name="IsClosed">Whether the closed ones are shown.</param>
/// <param name="MayTake">Whether the viewer may say that somebody is at it.</param>
/// <param name="MayClose">Whether the viewer may close them.</param>
/// <param name="MayReview">Whether the viewer may decide on emergency uses.</param>
/// <param name="Tried">The alert on which a step was refused; null: none.</param>
/// <param name="Problem">Why.</param>
/// <param name="Reason">What was typed.</param>
/// <param name="FormToken">Token of the session's forms.</param>
/// <param name="Cases">Id of the case that an alert is in, by the alert's id.</param>
/// <param name="At">Now.</param>
public sealed record AlertsModel(
    IReadOnlyList<ListedAlert> Items,
    int Total,
    bool IsClosed,
    bool MayTake,
    bool MayClose,
    bool MayReview,
    string? Tried,
    string? Problem,
    string? Reason,
    string FormToken,
    IReadOnlyDictionary<string, string> Cases,
    DateTimeOffset At
);
