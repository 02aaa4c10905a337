using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// Work at an hour of the week at which the client has always been silent, or far more at an hour of the day at which it was always quiet or
/// to which it came a few weeks ago: whoever wakes it a little at first does not have its nights.
/// </summary>
internal sealed class OffHoursRule : WatchRule
{
    private const int LeastPatients = 10;

    // Who sleeps for less than that has no night.
    private const int LeastSilent = 6;

    // At a quiet hour it has at most half of its busiest; with four times as much as ever it is none.
    private const int Quiet = 2;
    private const int Factor = 4;

    // At an hour to which it came in the last weeks.
    private const int YoungFactor = 3;
    private const int LeastYoungPatients = 20;

    public override string Name => "off-hours";

    public override NhiRisk Risk => NhiRisk.HumanUse;

    public override RuleFamily Family => RuleFamily.Amount;

    public override string Technique => Techniques.ValidAccounts;

    public override Finding? Look(in Sighting sighting)
    {
        var activity = sighting.Activity;
        if (!sighting.IsLearned || sighting.IsAnnounced || activity.HourPatients < LeastPatients)
        {
            return null;
        }

        var (at, slots) = (sighting.Seen.Time, sighting.Baseline.Slots);
        if (slots.IsSilent(at))
        {
            return slots.CountSilent(at) < LeastSilent
                ? null
                : Found(sighting, $"in ten weeks it was awake at or beside this hour on no more than one {at.UtcDateTime.DayOfWeek}");
        }

        var most = slots.MostAt(at);
        if (activity.HourPatients >= LeastYoungPatients && activity.HourPatients > most * YoungFactor && slots.IsYoung(at))
        {
            return Found(sighting, Say($"it came to this hour of the day in the last five weeks only, for no more than {most} patients"));
        }

        return
            most > 0
            && activity.HourPatients > most * Factor
            && sighting.Baseline.Limits.PeakHourPatients >= most * Quiet
            && slots.CountQuiet(at, most) >= LeastSilent
            ? Found(sighting, Say($"at or beside this hour of any day it never had more than {most}"))
            : null;
    }

    private Finding Found(in Sighting sighting, string usual)
    {
        var (at, activity) = (sighting.Seen.Time.UtcDateTime, sighting.Activity);
        return Found(
            sighting,
            FindingSeverity.Medium,
            Say(
                $"{activity.HourCalls} calls for {activity.HourPatients} patients between {at.Hour:00} and {(at.Hour + 1) % 24:00} UTC on a "
                    + $"{at.DayOfWeek}; {usual}."
            ),
            activity.Accesses.List()
        );
    }
}
