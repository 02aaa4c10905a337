using PhiGateway.Tests.Common.Watch;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>Detection held against labelled traffic, in little; docs/detection.md has the large measurement and its command.</summary>
public sealed class SyntheticTrafficTests
{
    private const int Clients = 110;
    private const int Days = 100;

    [Fact]
    [Trait("Size", "Large")]
    public void Take_MonthsOfLabelledTraffic_FindsTheAttacksAndLetsHonestDaysPass()
    {
        var (score, records) = DetectionRun.Score(seed: 11, Clients, Days, attacksOfEachKind: 2);

        Assert.True(records > 100_000);
        Assert.Equal(Enum.GetValues<AttackKind>(), score.Rows.Select(row => row.Kind));
        Assert.All(score.Rows, row => Assert.True(row.Found > 0, $"no {row.Kind} was found"));
        Assert.All(
            score.Rows.Where(static row => row.Kind is AttackKind.FastSpike or AttackKind.FastSequence),
            static row => Assert.True(row.Median <= TimeSpan.FromMinutes(1), $"{row.Kind} was found after {row.Median}")
        );
        Assert.True(score.Rate >= 0.95, $"found {score.Found} of {score.Planted}, not all of {Missed(score)}");
        Assert.True(
            score.FalseAlarmsPerClientMonth <= 0.1,
            $"{score.FalseAlarms.Count} false alarms in {score.ClientMonths:0} client-months"
        );
    }

    private static string Missed(DetectionScore score) =>
        string.Join(", ", score.Rows.Where(static row => row.Found < row.Planted).Select(static row => row.Kind));

    [Fact]
    public void Read_SameSeed_IsTheSameTraffic()
    {
        var (first, again, other) = (
            new SyntheticTraffic(5, 8, 40, 0),
            new SyntheticTraffic(5, 8, 40, 0),
            new SyntheticTraffic(6, 8, 40, 0)
        );
        var ids = first.Read().Select(seen => seen.Id).ToList();

        Assert.Equal(ids, again.Read().Select(seen => seen.Id));
        Assert.NotEqual(ids, other.Read().Select(seen => seen.Id));
    }

    [Fact]
    public void Read_Records_ComeInOrderOfTime()
    {
        var times = new SyntheticTraffic(7, 8, 40, 0).Read().Select(seen => seen.Time).ToList();

        Assert.Equal(times.Order(), times);
    }
}
