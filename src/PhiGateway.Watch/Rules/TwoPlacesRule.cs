using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// One token, or one key that gets tokens, used from the client's own network and from a strange one within minutes: it was copied.
/// </summary>
internal sealed class TwoPlacesRule : WatchRule
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(15);

    public override string Name => "two-places";

    public override NhiRisk Risk => NhiRisk.Reuse;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.ApplicationAccessToken;

    public override bool SeesTokens => true;

    public override Finding? Look(in Sighting sighting)
    {
        var seen = sighting.Seen;
        if (seen.Network.Length == 0 || sighting.Registered?.Kind == ClientKind.InteractiveApp)
        {
            return null;
        }

        var what = seen.Kind == WatchKind.Token ? "One key got tokens" : "One token was used";
        return sighting.Activity.Tokens.Note(seen, sighting.IsAtHome, Within) is { } other
            ? Found(
                sighting,
                FindingSeverity.Critical,
                Say(
                    $"{what} from {other.Network} at {other.At.UtcDateTime:HH:mm:ss} and from {seen.Network} at "
                        + $"{seen.Time.UtcDateTime:HH:mm:ss} UTC; only one of them is a network that the client usually calls from."
                ),
                [other.Record, seen.Id]
            )
            : null;
    }
}
