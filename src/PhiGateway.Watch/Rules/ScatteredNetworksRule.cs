using System.Net;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// One or two calls from each of many strange networks within a week: whoever has the credential changes proxies, so that no network is
/// used often enough to be new. What counts is their sum.
/// </summary>
/// <remarks>
/// Security: a client whose cloud gives it another address each time has as many of them each week; it is held against its own weeks
/// before, which whoever tries to teach it something can move by no more than twice what it leaves unseen. Of one whose networks are
/// more than are kept nobody knows those weeks; whoever would make it one is told of by the sixth.
/// </remarks>
internal sealed class ScatteredNetworksRule : WatchRule
{
    // From as many calls on a network is the matter of another rule.
    private const int Uses = 3;
    private const int Least = 6;
    private const int Factor = 2;
    private const int MostUsual = 12;
    private const int UsualDays = 3;
    private const int Week = 7;
    private const int Weeks = 4;

    public override string Name => "scattered-networks";

    public override NhiRisk Risk => NhiRisk.SecretLeakage;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.Proxy;

    public override Finding? Look(in Sighting sighting)
    {
        var (seen, networks) = (sighting.Seen, sighting.Baseline.Networks);
        if (
            networks.Find(seen.Network) is not { Count: < Uses } known
            || !known.IsFreshAt(seen.Time)
            || sighting.Baseline.AgeAt(seen.Time) < ClientBaseline.FirstDays
            || sighting.Registered?.Kind == ClientKind.InteractiveApp
            || networks.CountUsual(UsualDays) > MostUsual
            || networks.IsFull
            || sighting.Registered?.Covers(seen.Peer) == true
        )
        {
            return null;
        }

        var (now, before) = Count(networks, seen.Time, sighting.Registered);
        var weeks = Math.Clamp((sighting.Baseline.AgeAt(seen.Time) - Week) / Week, 1, Weeks);
        return now >= Least + (Factor * before / weeks)
            ? Found(
                sighting,
                FindingSeverity.High,
                Say(
                    $"{now} networks within a week from which it never called and which no approval names, each with one or two calls, the "
                        + $"last {seen.Network}; in the weeks before it were {before / weeks:0.#} a week. So call those who change proxies."
                ),
                sighting.Activity.Strays.List()
            )
            : null;
    }

    private static (int Now, int Before) Count(KnownWords networks, DateTimeOffset at, RegisteredClient? registered)
    {
        var (now, before) = (0, 0);
        foreach (var one in networks.All)
        {
            var age = (at - one.First).TotalDays;
            if (one.Count >= Uses || age > Week * (Weeks + 1) || IsApproved(one.Word, registered))
            {
                continue;
            }

            now += age <= Week ? 1 : 0;
            before += age > Week ? 1 : 0;
        }

        return (now, before);
    }

    private static bool IsApproved(string network, RegisteredClient? registered) =>
        registered?.Networks.Count > 0 && IPNetwork.TryParse(network, out var strange) && registered.Covers(strange.BaseAddress.ToString());
}
