using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>Far more patients or records in an hour or on a day than ever before.</summary>
internal sealed class ScrapingRule : WatchRule
{
    private const int Factor = 3;
    private const int PatientSlack = 20;
    private const int DaySlack = 50;
    private const int NewSlack = 60;
    private const int RecordSlack = 500;

    public override string Name => "record-scraping";

    public override NhiRisk Risk => NhiRisk.VulnerableThirdParty;

    public override RuleFamily Family => RuleFamily.Amount;

    public override string Technique => Techniques.InformationRepositories;

    public override Finding? Look(in Sighting sighting)
    {
        if (!sighting.IsLearned || sighting.Seen.Kind != WatchKind.Access)
        {
            return null;
        }

        var (activity, limits) = (sighting.Activity, sighting.Baseline.Limits);
        var factor = Factor * sighting.Width;
        if (activity.HourPatients > (limits.PeakHourPatients * factor) + PatientSlack)
        {
            return Found(
                sighting,
                FindingSeverity.Critical,
                Say(
                    $"{activity.HourPatients} different patients in one hour; its most in two months, one day set aside, was {limits.PeakHourPatients}."
                ),
                activity.Accesses.List()
            );
        }

        if (activity.DayPatients > (limits.PeakDayPatients * factor) + DaySlack)
        {
            return Found(
                sighting,
                FindingSeverity.Critical,
                Say(
                    $"{activity.DayPatients} different patients on one day; its most in two months, one day set aside, was {limits.PeakDayPatients}."
                ),
                activity.Accesses.List()
            );
        }

        var fresh = activity.DayNewPatients - sighting.Baseline.Expected;
        if (fresh > (limits.PeakDayNew * factor) + NewSlack)
        {
            return Found(
                sighting,
                FindingSeverity.Critical,
                Say(
                    $"{fresh} patients on one day whom this client never asked for and whom nobody added to its rosters; its most in two "
                        + $"months, one day set aside, was {limits.PeakDayNew}."
                ),
                activity.NewPatients.List()
            );
        }

        return activity.HourRecords > ((long)limits.PeakHourRecords * factor) + RecordSlack
            ? Found(
                sighting,
                FindingSeverity.High,
                Say(
                    $"{activity.HourRecords} records in one hour; its most in two months, one day set aside, was {limits.PeakHourRecords}."
                ),
                activity.Accesses.List()
            )
            : null;
    }
}
