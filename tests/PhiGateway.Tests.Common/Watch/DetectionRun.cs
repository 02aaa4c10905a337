using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Tests.Common.Watch;

/// <summary>Runs the detector over synthetic traffic and scores it.</summary>
internal static class DetectionRun
{
    private const double DaysOfMonth = 30;

    /// <summary>The score, and how many records were read.</summary>
    public static (DetectionScore Score, int Records) Score(ulong seed, int clients, int days, int attacksOfEachKind)
    {
        var traffic = new SyntheticTraffic(seed, clients, days, attacksOfEachKind);
        var detector = new Detector(traffic, Detector.AllRules);
        var findings = new List<Finding>();
        var records = 0;
        foreach (var seen in traffic.Read())
        {
            records++;

            // What raises no alert of its own finds nothing here.
            findings.AddRange(detector.Take(seen).Where(static finding => !finding.IsFurther));
        }

        return (new DetectionScore(traffic.Attacks, findings, clients * days / DaysOfMonth), records);
    }
}
