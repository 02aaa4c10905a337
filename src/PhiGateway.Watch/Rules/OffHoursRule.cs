using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>Work at an hour at which the client has always been silent.</summary>
internal sealed class OffHoursRule : WatchRule
{
    private const int LeastPatients = 10;

    // Who sleeps for less than that has no night.
    private const int LeastSilent = 6;

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

        var at = sighting.Seen.Time;
        var (slot, day) = (HourSlots.Of(at), ClientBaseline.DayOf(at));
        var slots = sighting.Baseline.Slots;
        if (!slots.IsSilent(slot, day) || slots.CountSilent(slot, day) < LeastSilent)
        {
            return null;
        }

        return Found(
            sighting,
            FindingSeverity.Medium,
            Say(
                $"{activity.HourCalls} calls for {activity.HourPatients} patients between {at.UtcDateTime.Hour:00} and "
                    + $"{(at.UtcDateTime.Hour + 1) % 24:00} UTC on a {at.UtcDateTime.DayOfWeek}; in two months it was awake at or beside "
                    + $"this hour on no more than one such day."
            ),
            activity.Accesses.List()
        );
    }
}
