using PhiGateway.Watch.Findings;

namespace PhiGateway.Tests.Common.Watch;

/// <summary>Holds findings against labels: what was found, by what, how soon, and how often nothing was the matter.</summary>
internal sealed class DetectionScore
{
    // What an attack leaves in the counters may still be told after it.
    private static readonly TimeSpan Aftermath = TimeSpan.FromDays(2);

    public DetectionScore(IReadOnlyList<Attack> attacks, IReadOnlyList<Finding> findings, double clientMonths)
    {
        ClientMonths = clientMonths;
        Rows =
        [
            .. attacks
                .GroupBy(static attack => attack.Kind)
                .OrderBy(static kind => kind.Key)
                .Select(kind => Row(kind.Key, [.. kind], findings)),
        ];
        Missed = [.. attacks.Where(attack => !findings.Any(finding => Matches(attack, finding)))];
        FalseAlarms = [.. findings.Where(finding => finding.Incident is null && !attacks.Any(attack => Matches(attack, finding)))];
    }

    public IReadOnlyList<KindScore> Rows { get; }

    public IReadOnlyList<Finding> FalseAlarms { get; }

    /// <summary>What nobody would have heard of.</summary>
    public IReadOnlyList<Attack> Missed { get; }

    public double ClientMonths { get; }

    public int Planted => Rows.Sum(static row => row.Planted);

    public int Found => Rows.Sum(static row => row.Found);

    public double Rate => (double)Found / Planted;

    public double FalseAlarmsPerClientMonth => FalseAlarms.Count / ClientMonths;

    private static KindScore Row(AttackKind kind, IReadOnlyList<Attack> attacks, IReadOnlyList<Finding> findings)
    {
        var times = new List<TimeSpan>();
        var rules = new List<string>();
        foreach (var attack in attacks)
        {
            var hits = findings.Where(finding => Matches(attack, finding)).OrderBy(static finding => finding.At).ToList();
            if (hits is [var first, ..])
            {
                times.Add(first.At - attack.From);
                rules.AddRange(hits.Select(static hit => hit.Rule).Distinct());
            }
        }

        times.Sort();
        var by = rules.GroupBy(static rule => rule).OrderByDescending(static rule => rule.Count()).Select(static rule => rule.Key);
        return new KindScore(
            kind,
            attacks.Count,
            times.Count,
            times.Count == 0 ? TimeSpan.Zero : times[times.Count / 2],
            times.Count == 0 ? TimeSpan.Zero : times[^1],
            string.Join(", ", by.Take(3))
        );
    }

    private static bool Matches(Attack attack, Finding finding) =>
        finding.Subject == attack.Subject && finding.At >= attack.From && finding.At <= attack.To + Aftermath;
}

/// <summary>How attacks of one kind fared.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Planted">How many there were.</param>
/// <param name="Found">How many were found.</param>
/// <param name="Median">From an attack's first record to the first finding.</param>
/// <param name="Longest">The longest such time.</param>
/// <param name="Rules">Which rules found most of them.</param>
internal sealed record KindScore(AttackKind Kind, int Planted, int Found, TimeSpan Median, TimeSpan Longest, string Rules);
