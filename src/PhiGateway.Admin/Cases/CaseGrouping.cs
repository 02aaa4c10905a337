using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Detection;

namespace PhiGateway.Admin.Cases;

/// <summary>Says which alerts look like one case: the same subject, the same family of kinds, within a few days of each other.</summary>
internal static class CaseGrouping
{
    /// <summary>How far apart two alerts of one case are at most.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(3);

    /// <summary>What a kind looks at: rules that see the same thing from several sides are of one family, any other kind is its own.</summary>
    public static string FamilyOf(string kind) => TrailWatch.FamilyOf(kind) ?? kind;

    /// <summary>Groups of alerts, the newest group first, each the newest first.</summary>
    public static IReadOnlyList<AlertGroup> Of(IEnumerable<Alert> alerts)
    {
        var groups = new List<AlertGroup>();
        foreach (var same in alerts.GroupBy(static alert => (alert.Subject, Family: FamilyOf(alert.Kind))))
        {
            List<Alert> open = [];
            foreach (var alert in same.OrderByDescending(static alert => alert.At))
            {
                if (open.Count > 0 && open[^1].At - alert.At > Window)
                {
                    groups.Add(new AlertGroup(same.Key.Subject, same.Key.Family, open));
                    open = [];
                }

                open.Add(alert);
            }

            groups.Add(new AlertGroup(same.Key.Subject, same.Key.Family, open));
        }

        groups.Sort(static (one, other) => other.Alerts[0].At.CompareTo(one.Alerts[0].At));
        return groups;
    }

    /// <summary>Whether an alert looks like one of a case that is open, though nobody put it there.</summary>
    public static bool Resembles(AlertCase known, IReadOnlyCollection<Alert> members, Alert alert) =>
        known.State == CaseState.Open
        && !known.Alerts.Contains(alert.Id)
        && alert.Subject == known.Subject
        && members.Any(member => FamilyOf(member.Kind) == FamilyOf(alert.Kind) && (member.At - alert.At).Duration() <= Window);
}

/// <summary>Alerts that look like one case.</summary>
/// <param name="Subject">What they are about.</param>
/// <param name="Family">What they look at.</param>
/// <param name="Alerts">The newest first.</param>
public sealed record AlertGroup(string Subject, string Family, IReadOnlyList<Alert> Alerts);
