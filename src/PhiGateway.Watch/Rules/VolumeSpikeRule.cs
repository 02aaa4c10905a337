using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>Far more calls in a minute or an hour than the client ever made in one.</summary>
internal sealed class VolumeSpikeRule : WatchRule
{
    private const int MinuteFactor = 4;
    private const int HourFactor = 3;
    private const int LeastMinute = 60;
    private const int LeastHour = 80;

    public override string Name => "volume-spike";

    public override NhiRisk Risk => NhiRisk.VulnerableThirdParty;

    public override RuleFamily Family => RuleFamily.Amount;

    public override string Technique => Techniques.AutomatedCollection;

    public override Finding? Look(in Sighting sighting)
    {
        if (!sighting.IsLearned)
        {
            return null;
        }

        var (activity, limits) = (sighting.Activity, sighting.Baseline.Limits);
        var minute = Math.Max(LeastMinute, limits.PeakMinuteCalls * MinuteFactor * sighting.Width);
        var hour = Math.Max(LeastHour, limits.PeakHourCalls * HourFactor * sighting.Width);
        if (activity.MinuteCalls > minute)
        {
            return Found(
                sighting,
                FindingSeverity.High,
                Say(
                    $"{activity.MinuteCalls} calls in one minute; its most in two months, one day set aside, was {limits.PeakMinuteCalls}."
                ),
                activity.Accesses.List()
            );
        }

        return activity.HourCalls > hour
            ? Found(
                sighting,
                FindingSeverity.High,
                Say($"{activity.HourCalls} calls in one hour; its most in two months, one day set aside, was {limits.PeakHourCalls}."),
                activity.Accesses.List()
            )
            : null;
    }
}
