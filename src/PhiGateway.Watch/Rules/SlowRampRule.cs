using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// Growth that never jumps: a week's patients held against the weeks after the last approval, which later weeks cannot move. What else
/// learns from yesterday can be taught step by step; this cannot.
/// </summary>
internal sealed class SlowRampRule : WatchRule
{
    private const double Factor = 2.5;
    private const int Least = 70;

    public override string Name => "slow-ramp";

    public override NhiRisk Risk => NhiRisk.Overprivileged;

    public override RuleFamily Family => RuleFamily.Patients;

    public override string Technique => Techniques.InformationRepositories;

    public override Finding? Look(in Sighting sighting)
    {
        var baseline = sighting.Baseline;
        if (
            sighting.Seen.Kind != WatchKind.Access
            || baseline.Anchor == 0
            || baseline.Week < (baseline.Anchor * Factor * sighting.Width) + Least
        )
        {
            return null;
        }

        return Found(
            sighting,
            FindingSeverity.Medium,
            Say(
                $"{baseline.Week} patients in its last seven days (without the two busiest, each day's summed up); in the busiest week "
                    + $"after its last approval it were {baseline.Anchor}. Nobody has approved more since."
            ),
            sighting.Activity.Accesses.List()
        );
    }
}
