using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>What the lists of alerts show.</summary>
/// <param name="Lanes">Each lane with one page of it.</param>
/// <param name="Place">Which part of them is shown.</param>
/// <param name="Kinds">Kinds that there are, to be chosen from.</param>
/// <param name="Rights">What the viewer may do.</param>
/// <param name="Cases">Id of the case that an alert is in, by the alert's id.</param>
/// <param name="At">Now.</param>
public sealed record AlertsModel(
    IReadOnlyList<AlertLanePage> Lanes,
    AlertPlace Place,
    IReadOnlyList<string> Kinds,
    AlertRights Rights,
    IReadOnlyDictionary<string, string> Cases,
    DateTimeOffset At
)
{
    /// <summary>All that is shown.</summary>
    public IEnumerable<ListedAlert> Items => Lanes.SelectMany(static lane => lane.Items);

    /// <summary>How many there are, shown or not.</summary>
    public int Total => Lanes.Sum(static lane => lane.Total);
}

/// <summary>What the page of one alert shows.</summary>
/// <param name="Listed">The alert with its version.</param>
/// <param name="Lane">The lane that it stands in.</param>
/// <param name="Rights">What the viewer may do.</param>
/// <param name="Case">The case that it is in; null: none.</param>
/// <param name="Past">What happened to it; null: the viewer does not read that, or it cannot be reached.</param>
/// <param name="Use">What an emergency use was; null: it is none, or the viewer does not decide about it.</param>
/// <param name="IsBeingRead">Whether what an emergency use was is being read still: the page asks again by itself.</param>
/// <param name="IsStoppable">Whether the viewer may stop the client that it is about.</param>
/// <param name="At">Now.</param>
public sealed record AlertPageModel(
    ListedAlert Listed,
    string Lane,
    AlertRights Rights,
    AlertCase? Case,
    AlertPast? Past,
    EmergencyReport? Use,
    bool IsBeingRead,
    bool IsStoppable,
    DateTimeOffset At
)
{
    /// <summary>The alert.</summary>
    public Alert Alert => Listed.Alert;
}
