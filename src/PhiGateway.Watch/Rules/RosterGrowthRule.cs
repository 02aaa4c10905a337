using System.Globalization;
using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// One person adds far more memberships on a day than ever before: whose patients are open to a client is changed by hand. Asked for each
/// change of a roster, not for clients.
/// </summary>
internal static class RosterGrowthRule
{
    public const string Name = "roster-growth";

    private const int Factor = 5;
    private const int LeastOfKnown = 200;
    private const int LeastOfUnknown = 500;
    private const int KnownDays = 3;

    /// <summary>The finding; null when it is as usual.</summary>
    public static Finding? Look(WatchEvent seen, ActorBaseline actor)
    {
        var limit = Math.Max(actor.Days >= KnownDays ? LeastOfKnown : LeastOfUnknown, (long)actor.Peak * Factor);
        return actor.Today > limit
            ? new Finding
            {
                Rule = Name,
                Subject = "person/" + seen.Actor,
                At = seen.Time,
                Severity = FindingSeverity.High,
                Risk = NhiRisk.Overprivileged,
                Technique = Techniques.AccountManipulation,
                Words = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{actor.Today} memberships added today, the last to {seen.Roster}; the most on one of {actor.Days} earlier days "
                        + $"was {actor.Peak}."
                ),
                Records = actor.Records.List(),
            }
            : null;
    }
}
