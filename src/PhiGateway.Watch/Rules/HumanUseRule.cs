using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// A service's client used under another subject beside its own: somebody signs in with what was made for a machine. A change of subject
/// after which the old one is gone (another issuer, a new registration) is none.
/// </summary>
internal sealed class HumanUseRule : WatchRule
{
    private const int UsualDays = 5;
    private const int MostUsual = 3;
    private const int LeastAtNight = 3;

    // Who sleeps for less than that has no night.
    private const int LeastSilent = 6;

    public override string Name => "human-use";

    public override NhiRisk Risk => NhiRisk.HumanUse;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.ValidAccounts;

    public override Finding? Look(in Sighting sighting)
    {
        var (seen, subjects) = (sighting.Seen, sighting.Baseline.Subjects);
        if (
            seen.Subject.Length == 0
            || subjects.Count < 2
            || sighting.Registered is not { Kind: ClientKind.Service or ClientKind.Device }
            || sighting.Baseline.AgeAt(seen.Time) < ClientBaseline.FirstDays
            || subjects.Find(seen.Subject) is not { } own
        )
        {
            return null;
        }

        // The service's own call shows it as well as the other's: whoever came once may not come again.
        if (FreshOf(subjects, own, seen.Time) is not { } fresh)
        {
            return null;
        }

        var isBeside = IsBesideTheUsual(subjects, fresh);
        if (!isBeside && !(own == fresh && IsAtNight(sighting, fresh)))
        {
            return null;
        }

        var why = isBeside ? "while it goes on under its own" : "at an hour at which it never works";
        return Found(
            sighting,
            FindingSeverity.High,
            Say(
                $"{fresh.Count} calls since {fresh.First.UtcDateTime:yyyy-MM-dd HH:mm} UTC under a subject that this service never had, "
                    + $"{why}. Who it is stands in the records."
            ),
            sighting.Activity.Strangers.List()
        );
    }

    // The one that came lately: whose call this is, else another beside it.
    private static KnownWord? FreshOf(KnownWords subjects, KnownWord own, DateTimeOffset now)
    {
        if (own.IsFreshAt(now))
        {
            return own;
        }

        foreach (var known in subjects.All)
        {
            if (known.IsFreshAt(now))
            {
                return known;
            }
        }

        return null;
    }

    private static bool IsBesideTheUsual(KnownWords subjects, KnownWord fresh)
    {
        var (usual, isGoingOn) = (0, false);
        foreach (var known in subjects.All)
        {
            if (known != fresh && known.Days >= UsualDays)
            {
                usual++;
                isGoingOn |= known.Last > fresh.First;
            }
        }

        return usual is > 0 and <= MostUsual && isGoingOn;
    }

    // A change of subject keeps the hours: what runs at night runs at night under its new name.
    private static bool IsAtNight(in Sighting sighting, KnownWord fresh)
    {
        var at = sighting.Seen.Time;
        var slots = sighting.Baseline.Slots;
        return fresh.Count >= LeastAtNight
            && sighting.IsLearned
            && !sighting.IsAnnounced
            && slots.IsSilent(at)
            && slots.CountSilent(at) >= LeastSilent;
    }
}
