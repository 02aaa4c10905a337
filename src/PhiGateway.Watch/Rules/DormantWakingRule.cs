using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>A client that calls again after a silence longer than any it had before.</summary>
internal sealed class DormantWakingRule : WatchRule
{
    private const double LongerThan = 1.5;

    private static readonly TimeSpan Least = TimeSpan.FromDays(30);

    public override string Name => "dormant-waking";

    public override NhiRisk Risk => NhiRisk.ImproperOffboarding;

    public override RuleFamily Family => RuleFamily.Life;

    public override string Technique => Techniques.ValidAccounts;

    public override Finding? Look(in Sighting sighting)
    {
        if (sighting.Gap < Least || sighting.IsAnnounced)
        {
            return null;
        }

        var longest = sighting.Baseline.LongestGap;
        return sighting.Gap.TotalDays > longest * LongerThan
            ? Found(
                sighting,
                FindingSeverity.Medium,
                Say(
                    $"First call after {sighting.Gap.TotalDays:0} days of silence; its longest silence before was {longest:0.#} days. "
                        + $"Nobody has approved it anew."
                ),
                [sighting.Seen.Id]
            )
            : null;
    }
}
