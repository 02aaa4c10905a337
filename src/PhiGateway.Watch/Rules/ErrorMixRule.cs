using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// Refused for several reasons at once far more often than ever, in number and in share: somebody tries by hand, or by a tool, what a program
/// does right.
/// </summary>
/// <remarks>A fault after an upgrade is one reason, seldom two: the same call fails again and again.</remarks>
internal sealed class ErrorMixRule : WatchRule
{
    private const int LeastReasons = 3;
    private const int LeastEach = 4;
    private const int LeastCalls = 20;

    // Both: a night's batch has more of all, a quiet day's share is soon twice as much.
    private const int CallsFactor = 3;
    private const int ShareFactor = 2;

    public override string Name => "error-mix";

    public override NhiRisk Risk => NhiRisk.Overprivileged;

    public override RuleFamily Family => RuleFamily.Reach;

    public override string Technique => Techniques.ActiveScanning;

    public override Finding? Look(in Sighting sighting)
    {
        var (activity, mix) = (sighting.Activity, sighting.Baseline.Errors);
        if (
            activity.Refused is not { Calls: >= LeastCalls } refused
            || !RefusedToday.Counts(sighting.Seen)
            || !sighting.IsLearned
            || sighting.IsAnnounced
            || mix.DaysAt(activity.Day) < ClientBaseline.LearningDays
        )
        {
            return null;
        }

        var (reasons, calls) = (0, 0);
        foreach (var (reason, times) in refused.Reasons)
        {
            if (times >= LeastEach && IsUnusual(mix.Find(reason), times, times / (float)Math.Max(activity.DayCalls, times)))
            {
                (reasons, calls) = (reasons + 1, calls + times);
            }
        }

        return reasons >= LeastReasons && calls >= LeastCalls
            ? Found(
                sighting,
                FindingSeverity.Medium,
                Say(
                    $"{calls} of {activity.DayCalls} calls on this day were refused for {reasons} reasons, for each of which this client was "
                        + $"refused far less in two months ({Most(refused, mix)}). A fault fails in one way; this fails in many."
                ),
                refused.Records.List()
            )
            : null;
    }

    private static bool IsUnusual(ReasonPeaks? known, int times, float share) =>
        known is null || (times > known.UsualCalls * CallsFactor && share > known.UsualShare * ShareFactor);

    // Reasons are the gateway's own words.
    private static string Most(RefusedToday refused, ErrorMix mix) =>
        string.Join(
            "; ",
            refused
                .Reasons.OrderByDescending(static one => one.Times)
                .Take(LeastReasons)
                .Select(one => Say($"{one.Reason} {one.Times} times where {mix.Find(one.Reason)?.UsualCalls ?? 0} are usual"))
        );
}
