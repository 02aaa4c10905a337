using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// What counts once was shown again: a DPoP proof, or the assertion of a client at the token service. From a network that is none of the
/// client's it was copied; from its own one it is a client that sends things twice, or somebody beside it. Which networks are its own is
/// approved, or learned in its first days.
/// </summary>
internal sealed class ReplayedProofRule : WatchRule
{
    // A library that sends the same request again after a broken connection does so now and then.
    private const int LeastAtHome = 3;

    public override string Name => "replayed-proof";

    public override NhiRisk Risk => NhiRisk.SecretLeakage;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.ApplicationAccessToken;

    public override bool SeesTokens => true;

    /// <summary>Whether a refusal is one of those that count.</summary>
    public static bool Counts(string? reason) => reason is WatchEventReader.ReplayedAssertion or "dpop-proof-replayed";

    public override Finding? Look(in Sighting sighting)
    {
        var seen = sighting.Seen;
        if (!Counts(seen.Reason))
        {
            return null;
        }

        var isAtHome = sighting.IsAtHome;
        var what = seen.Reason == WatchEventReader.ReplayedAssertion ? "An assertion" : "A DPoP proof";
        var isKnown = sighting.Registered?.Networks.Count > 0 || sighting.Baseline.AgeAt(seen.Time) >= ClientBaseline.FirstDays;
        if (!isAtHome && isKnown && sighting.Registered?.Kind != ClientKind.InteractiveApp)
        {
            return Found(
                sighting,
                FindingSeverity.Critical,
                Say(
                    $"{what} of the client that had been used was shown again from {seen.Network}, which is no network that it "
                        + $"usually calls from: it was copied."
                ),
                [seen.Id]
            );
        }

        var replays = sighting.Activity.Replays;
        var where = isAtHome ? "from a network of the client's own" : "where nobody knows which networks are the client's own";
        return replays.Calls >= LeastAtHome
            ? Found(
                sighting,
                FindingSeverity.Medium,
                Say($"{what} that had been used was shown again, {replays.Calls} times within a day, {where}."),
                replays.Records.List()
            )
            : null;
    }
}
