using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>Calls from a network that the client never used, and that nobody approved.</summary>
internal sealed class NewNetworkRule : WatchRule
{
    private const int Uses = 3;
    private const int MostUsual = 12;

    private static readonly TimeSpan Settled = TimeSpan.FromDays(28);
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    public override string Name => "new-network";

    public override NhiRisk Risk => NhiRisk.SecretLeakage;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.CloudAccounts;

    public override Finding? Look(in Sighting sighting)
    {
        var (seen, networks) = (sighting.Seen, sighting.Baseline.Networks);
        if (
            networks.Find(seen.Network) is not { } known
            || seen.Time - known.First > Fresh
            || known.Count < Uses
            || !IsSettled(sighting)
            || networks.CountNewerThan(known.First - Settled, seen.Network) > 0
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
        sighting.Baseline.AgeAt(sighting.Seen.Time) >= Baselines.ClientBaseline.FirstDays
        && sighting.Registered?.Kind != ClientKind.InteractiveApp
        && sighting.Baseline.Networks.Count <= MostUsual;
}
