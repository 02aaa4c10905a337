using PhiGateway.Admin.Alerts;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>What the screens of alerts show.</summary>
/// <param name="Lanes">Each lane with one page of it.</param>
/// <param name="IsClosed">Whether the closed ones are shown.</param>
/// <param name="Lane">The one lane that is shown; null: all of them.</param>
/// <param name="MayTake">Whether the viewer may say that somebody is at it.</param>
/// <param name="MayClose">Whether the viewer may close them.</param>
/// <param name="MayReview">Whether the viewer may decide on emergency uses.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
/// <param name="Cases">Id of the case that an alert is in, by the alert's id.</param>
/// <param name="At">Now.</param>
public sealed record AlertsModel(
    IReadOnlyList<AlertLanePage> Lanes,
    bool IsClosed,
    string? Lane,
    bool MayTake,
    bool MayClose,
    bool MayReview,
    TriedForm? Tried,
    string FormToken,
    IReadOnlyDictionary<string, string> Cases,
    DateTimeOffset At
)
{
    /// <summary>All that is shown.</summary>
    public IEnumerable<ListedAlert> Items => Lanes.SelectMany(static lane => lane.Items);

    /// <summary>How many there are, shown or not.</summary>
    public int Total => Lanes.Sum(static lane => lane.Total);
}
