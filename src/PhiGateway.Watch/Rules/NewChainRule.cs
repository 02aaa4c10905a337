using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// A settled client that calls through actors through whom it never called, or by itself where it never did: its tokens are exchanged by
/// somebody else than before.
/// </summary>
internal sealed class NewChainRule : WatchRule
{
    private const int Uses = 3;

    // Who acts for whoever asks has a new chain each day.
    private const int MostUsual = 12;
    private const int UsualDays = 3;

    private static readonly TimeSpan Settled = TimeSpan.FromDays(21);

    public override string Name => "new-chain";

    public override NhiRisk Risk => NhiRisk.Reuse;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.ApplicationAccessToken;

    public override Finding? Look(in Sighting sighting)
    {
        var (seen, chains) = (sighting.Seen, sighting.Baseline.Chains);
        if (
            chains.Count < 2
            || chains.Find(seen.Chain) is not { } known
            || !known.IsNewlyUsedAt(seen.Time, Uses)
            || sighting.IsAnnounced
            || chains.DaysAt(seen.Time) < ClientBaseline.FirstDays
            || chains.CountUsual(UsualDays) > MostUsual
            || chains.CountNewerThan(known.First - Settled, seen.Chain, static (_, other) => other.Count >= Uses) > 0
        )
        {
            return null;
        }

        var through = seen.Chain == ActorChain.Alone ? "by itself" : $"through a chain of {ActorChain.DepthOf(seen.Chain)}";
        return Found(
            sighting,
            FindingSeverity.High,
            Say(
                $"{known.Count} calls since {known.First.UtcDateTime:yyyy-MM-dd HH:mm} UTC {through} as it never was in "
                    + $"{(int)chains.DaysAt(seen.Time)} days; it has {chains.Count - 1} other ways to be called. "
                    + $"Who acts stands in the records."
            ),
            sighting.Activity.Chains.List(known.Count)
        );
    }
}
