using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// A service's client used by another program beside its own: at once where people use that program by hand, else when its own goes on a day
/// later, so that a change of software, which takes the place of what was there, is none.
/// </summary>
internal sealed class NewProgramRule : WatchRule
{
    private const int UsualDays = 5;
    private const int MostUsual = 4;
    private const int LeastCalls = 5;

    private static readonly TimeSpan Rollout = TimeSpan.FromDays(1);

    public override string Name => "new-program";

    public override NhiRisk Risk => NhiRisk.HumanUse;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.ValidAccounts;

    public override Finding? Look(in Sighting sighting)
    {
        var (seen, programs) = (sighting.Seen, sighting.Baseline.Programs);
        if (
            seen.Program.Length == 0
            || programs.Count < 2
            || sighting.Registered is not { Kind: ClientKind.Service or ClientKind.Device }
            || sighting.IsAnnounced
            || programs.DaysAt(seen.Time) < ClientBaseline.FirstDays
            || programs.Find(seen.Program) is not { } own
        )
        {
            return null;
        }

        if (seen.IsByHand && own.IsFreshAt(seen.Time) && programs.CountUsual(UsualDays) is > 0 and <= MostUsual)
        {
            return Found(
                sighting,
                FindingSeverity.High,
                Say(
                    $"{own.Count} calls since {own.First.UtcDateTime:yyyy-MM-dd HH:mm} UTC by a program that people use by hand, and this "
                        + $"service never did. Which one it is stands in the records."
                ),
                sighting.Activity.Strangers.List()
            );
        }

        return own.Days >= UsualDays && programs.CountUsual(UsualDays) <= MostUsual && Beside(programs, seen.Time) is { } other
            ? Found(
                sighting,
                FindingSeverity.Medium,
                Say(
                    $"{other.Count} calls since {other.First.UtcDateTime:yyyy-MM-dd HH:mm} UTC by a program that this service never was, "
                        + $"while it goes on with its own. Which one it is stands in the records."
                ),
                sighting.Activity.Strangers.List()
            )
            : null;
    }

    // One that came lately, and beside which the usual goes on when a change would be done.
    private static KnownWord? Beside(KnownWords programs, DateTimeOffset now)
    {
        foreach (var known in programs.All)
        {
            if (known.Days < UsualDays && known.Count >= LeastCalls && known.IsFreshAt(now) && now - known.First >= Rollout)
            {
                return known;
            }
        }

        return null;
    }
}
