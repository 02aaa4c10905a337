using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>Calls from a network that the client never used, and that nobody approved.</summary>
/// <remarks>
/// Security: what is new is what comes into use within days, however slowly; and no network that was tried once or twice, nor any number of
/// them, makes the client one that has many. Of one whose networks are more than are kept, as in clouds whose way out is another one each
/// time, most are strange and some come thrice by chance; from a dozen calls on it is one that somebody stays at.
/// </remarks>
internal sealed class NewNetworkRule : WatchRule
{
    private const int Uses = 3;
    private const int UsesAmongMany = 12;
    private const int MostUsual = 12;
    private const int UsualDays = 3;

    private static readonly TimeSpan Settled = TimeSpan.FromDays(28);
    private static readonly Func<string, KnownWord, bool> IsUsed = static (_, other) => other.Count >= Uses;
    private static readonly Func<string, KnownWord, bool> IsMuchUsed = static (_, other) => other.Count >= UsesAmongMany;

    public override string Name => "new-network";

    public override NhiRisk Risk => NhiRisk.SecretLeakage;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.CloudAccounts;

    public override Finding? Look(in Sighting sighting)
    {
        var (seen, networks) = (sighting.Seen, sighting.Baseline.Networks);
        var (uses, isUsed) = networks.IsFull ? (UsesAmongMany, IsMuchUsed) : (Uses, IsUsed);
        if (
            networks.Find(seen.Network) is not { } known
            || !known.IsNewlyUsedAt(seen.Time, uses)
            || !IsSettled(sighting)
            || networks.CountNewerThan(known.First - Settled, seen.Network, isUsed) > 0
            || sighting.Registered?.Covers(seen.Peer) == true
        )
        {
            return null;
        }

        var others = networks.Count - 1;
        return Found(
            sighting,
            FindingSeverity.High,
            Say(
                $"Calls from {seen.Network}, which no approval names and from which it never called in "
                    + $"{(int)sighting.Baseline.AgeAt(seen.Time)} days; it has {others} other network{(others == 1 ? string.Empty : "s")}."
            ),
            sighting.Activity.Accesses.List(known.Count)
        );
    }

    // People's apps move about, and so does whoever had another new network lately.
    private static bool IsSettled(in Sighting sighting) =>
        sighting.Baseline.AgeAt(sighting.Seen.Time) >= ClientBaseline.FirstDays
        && sighting.Registered?.Kind != ClientKind.InteractiveApp
        && sighting.Baseline.Networks.CountUsual(UsualDays) <= MostUsual;
}
