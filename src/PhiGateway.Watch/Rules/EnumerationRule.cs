using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// Counting through patients' numbers, or asking for many that are not there or not the client's, by their ids or by searches that find
/// nobody.
/// </summary>
internal sealed class EnumerationRule : WatchRule
{
    private const int LeastSteps = 24;
    private const int LeastUnknown = 20;
    private const int LeastHourMisses = 10;
    private const int LeastDayMisses = 25;
    private const int Factor = 3;

    // Of searches that find nobody more than half, far more and a far greater share than ever: who matches lists has such days always.
    private const int LeastNobody = 30;
    private const float LeastShare = 0.5f;
    private const int ShareFactor = 2;

    public override string Name => "enumeration";

    public override NhiRisk Risk => NhiRisk.VulnerableThirdParty;

    public override RuleFamily Family => RuleFamily.Patients;

    public override string Technique => Techniques.AutomatedCollection;

    public override Finding? Look(in Sighting sighting)
    {
        var (activity, limits) = (sighting.Activity, sighting.Baseline.Limits);
        if (IsCounting(sighting))
        {
            return Found(
                sighting,
                FindingSeverity.High,
                Say(
                    $"Of the last {AskRing.Size} patients asked for one by one, {activity.Asks.Steps} were the next number after the one "
                        + $"before, and {activity.Asks.Unknown} were new to the client or not there."
                ),
                activity.Accesses.List()
            );
        }

        if (IsGuessing(sighting))
        {
            return Found(
                sighting,
                FindingSeverity.Medium,
                Say(
                    $"{activity.DayNobody} different searches for patients found nobody on this day, of {activity.DaySearches} in all; its most were "
                        + $"{sighting.Baseline.Nobody.Peaks.UsualCalls} on a day. Who tries numbers asks so."
                ),
                activity.Nobody.List()
            );
        }

        // In its first two weeks a client knows nobody, and those who move in ask for whom they think is there.
        var hour = Math.Max(LeastHourMisses, limits.PeakHourMisses * Factor * sighting.Width);
        var day = Math.Max(LeastDayMisses, limits.PeakDayMisses * Factor * sighting.Width);
        var isMuch =
            (activity.HourMisses > hour && activity.HourMisses * 4 >= activity.HourCalls)
            || (activity.DayMisses > day && activity.DayMisses * 10 >= activity.DayCalls);
        return isMuch
            ? Found(
                sighting,
                FindingSeverity.High,
                Say(
                    $"{activity.HourMisses} different records asked for in this hour, {activity.DayMisses} on this day, that are not there or "
                        + $"not the client's; its most were {limits.PeakHourMisses} in an hour and {limits.PeakDayMisses} on a day."
                ),
                activity.Misses.List()
            )
            : null;
    }

    private static bool IsGuessing(in Sighting sighting)
    {
        var (activity, nobody) = (sighting.Activity, sighting.Baseline.Nobody);
        if (
            activity.DayNobody < LeastNobody
            || sighting.Seen is not { IsForPatients: true, Records: 0 }
            || !sighting.IsLearned
            || sighting.IsAnnounced
            || nobody.DaysAt(activity.Day) < ClientBaseline.LearningDays
        )
        {
            return false;
        }

        var share = SearchesForNobody.ShareOf(activity.DayNobody, activity.DaySearches);
        return activity.DayNobody > nobody.Peaks.UsualCalls * Factor && share > LeastShare && share > nobody.Peaks.UsualShare * ShareFactor;
    }

    private static bool IsCounting(in Sighting sighting)
    {
        var asks = sighting.Activity.Asks;
        return asks.IsFull
            && asks.Steps >= LeastSteps
            && asks.Unknown >= LeastUnknown
            && !sighting.IsAnnounced
            && sighting.Baseline.AgeAt(sighting.Seen.Time) >= ClientBaseline.FirstDays;
    }
}
