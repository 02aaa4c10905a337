using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>A type or an interaction that a settled client never used before, though it may.</summary>
internal sealed class NewOperationRule : WatchRule
{
    private const int Uses = 3;

    // Who tries something new every few weeks is not told of each.
    private static readonly TimeSpan Settled = TimeSpan.FromDays(21);
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    private static readonly string[] Changing = ["create", "update", "patch", "delete", "export", "transaction"];

    public override string Name => "new-operation";

    public override NhiRisk Risk => NhiRisk.Overprivileged;

    public override RuleFamily Family => RuleFamily.Reach;

    public override string Technique => Techniques.InformationRepositories;

    public override Finding? Look(in Sighting sighting)
    {
        var seen = sighting.Seen;
        if (seen.Kind != WatchKind.Access || !sighting.IsLearned || sighting.IsAnnounced)
        {
            return null;
        }

        var operations = sighting.Baseline.Operations;
        if (operations.Find(seen.Operation) is not { } known || seen.Time - known.First > Fresh)
        {
            return null;
        }

        var changes = Changing.Any(word => seen.Operation.StartsWith(word, StringComparison.Ordinal));
        if (known.Count < (changes ? 1 : Uses) || operations.CountNewerThan(known.First - Settled, seen.Operation) > 0)
        {
            return null;
        }

        return Found(
            sighting,
            changes ? FindingSeverity.High : FindingSeverity.Medium,
            Say(
                $"First {seen.Operation} of this client; it has been seen for {(int)sighting.Baseline.AgeAt(seen.Time)} days "
                    + $"with {operations.Count - 1} other operations, none of them new within three weeks."
            ),
            sighting.Activity.Accesses.List(known.Count)
        );
    }
}
