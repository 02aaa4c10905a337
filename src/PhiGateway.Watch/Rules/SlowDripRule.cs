using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// Day after day a few more patients that are new to the client than it usually has: each day looks ordinary, their sum does not (a
/// cumulative sum over median and spread).
/// </summary>
internal sealed class SlowDripRule : WatchRule
{
    public override string Name => "slow-drip";

    public override NhiRisk Risk => NhiRisk.VulnerableThirdParty;

    public override RuleFamily Family => RuleFamily.Patients;

    public override string Technique => Techniques.AutomatedExfiltration;

    public override Finding? Look(in Sighting sighting)
    {
        var (baseline, activity) = (sighting.Baseline, sighting.Activity);
        if (sighting.Seen.Kind != WatchKind.Access || !sighting.IsLearned || sighting.IsAnnounced)
        {
            return null;
        }

        var drift = baseline.Drift + Math.Max(0, baseline.ExcessOf(activity.DayNewPatients));
        return drift > baseline.DriftLimit
            ? Found(
                sighting,
                FindingSeverity.High,
                Say(
                    $"{drift:0} more patients that are new to this client than usual have come together over the last days; usual are "
                        + $"{baseline.Limits.UsualNew:0} a day, give or take {baseline.Limits.SpreadNew:0}. Nobody added them to its rosters."
                ),
                activity.NewPatients.List()
            )
            : null;
    }
}
