using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// A token that is used when it is far older than this client's tokens ever were, while the client has a newer one: it was kept by somebody.
/// A client that keeps its tokens longer from now on has no newer one beside.
/// </summary>
internal sealed class StaleTokenRule : WatchRule
{
    private const int LeastCalls = 3;

    // Younger ones nobody kept: they are those of workers that get theirs at other times.
    private static readonly TimeSpan LeastAge = TimeSpan.FromMinutes(30);

    public override string Name => "stale-token";

    public override NhiRisk Risk => NhiRisk.LongLivedSecrets;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.ApplicationAccessToken;

    public override Finding? Look(in Sighting sighting)
    {
        var (seen, ages) = (sighting.Seen, sighting.Activity.TokenAges);
        if (
            seen.TokenIssuedAt is not { } issued
            || seen.Time - issued < LeastAge
            || !sighting.IsLearned
            || ages.NewestIssue <= issued
            || !sighting.Baseline.TokenAges.IsUnheardOf(seen.Time - issued)
            || ages.CallsOf(seen.TokenHash) < LeastCalls
        )
        {
            return null;
        }

        var age = seen.Time - issued;
        return Found(
            sighting,
            FindingSeverity.High,
            Say(
                $"A token that was issued {age.TotalHours:0.0} hours before is used, {ages.CallsOf(seen.TokenHash)} times so far, while the "
                    + $"client has a newer one; its tokens were no older than {sighting.Baseline.TokenAges.Longest.TotalHours:0.0} hours."
            ),
            ages.Records.List()
        );
    }
}
