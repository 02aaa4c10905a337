using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// Several answers on one day that hold far more records than any that the client ever had: its calls are no more, they take more.
/// </summary>
/// <remarks>One or two are a chart that happens to be long.</remarks>
internal sealed class WideAnswersRule : WatchRule
{
    private const int Least = 3;

    public override string Name => "wide-answers";

    public override NhiRisk Risk => NhiRisk.VulnerableThirdParty;

    public override RuleFamily Family => RuleFamily.Amount;

    public override string Technique => Techniques.InformationRepositories;

    public override Finding? Look(in Sighting sighting)
    {
        var (seen, activity, limits) = (sighting.Seen, sighting.Activity, sighting.Baseline.Limits);
        return activity.DayWide >= Least && limits.IsWide(seen.Records) && sighting.IsLearned && !sighting.IsAnnounced
            ? Found(
                sighting,
                FindingSeverity.Medium,
                Say(
                    $"{activity.DayWide} answers on this day with more than {limits.WideFrom} records each, the last with {seen.Records}; "
                        + $"its largest in two months, one day set aside, had {limits.PeakCallRecords}."
                ),
                activity.Wide.List()
            )
            : null;
    }
}
