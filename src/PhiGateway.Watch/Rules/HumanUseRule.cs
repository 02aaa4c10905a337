using PhiGateway.Policy.Registry;
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

    private static readonly TimeSpan Fresh = TimeSpan.FromDays(7);

    public override string Name => "human-use";

    public override NhiRisk Risk => NhiRisk.HumanUse;

    public override RuleFamily Family => RuleFamily.Caller;

    public override string Technique => Techniques.ValidAccounts;

    public override Finding? Look(in Sighting sighting)
    {
        var seen = sighting.Seen;
        var subjects = sighting.Baseline.Subjects;
        if (
            seen.Subject.Length == 0
            || sighting.Registered is not { Kind: ClientKind.Service or ClientKind.Device }
            || sighting.Baseline.AgeAt(seen.Time) < Baselines.ClientBaseline.FirstDays
            || subjects.Find(seen.Subject) is not { } known
            || seen.Time - known.First > Fresh
            || !IsBesideTheUsual(subjects, known)
        )
        {
            return null;
        }

        return Found(
            sighting,
            FindingSeverity.High,
            Say(
                $"{known.Count} calls since {known.First.UtcDateTime:yyyy-MM-dd HH:mm} UTC under a subject that this service never had, "
                    + $"while it goes on under its own. Who it is stands in the records."
            ),
            [seen.Id]
        );
    }

    private static bool IsBesideTheUsual(Baselines.KnownWords subjects, Baselines.KnownWord fresh)
    {
        var (usual, isGoingOn) = (0, false);
        foreach (var (_, known) in subjects.All)
        {
            if (known != fresh && known.Days >= UsualDays)
            {
                usual++;
                isGoingOn |= known.Last > fresh.First;
            }
        }

        return usual is > 0 and <= MostUsual && isGoingOn;
    }
}
