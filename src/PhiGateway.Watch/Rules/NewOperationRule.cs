using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>A type or an interaction that a settled client never used before, though it may.</summary>
/// <remarks>
/// Security: what was tried once or twice hides nothing that comes after it, and what reads hides nothing that changes or exports.
/// </remarks>
internal sealed class NewOperationRule : WatchRule
{
    private const int Uses = 3;

    // Who tries something new every few weeks is not told of each.
    private static readonly TimeSpan Settled = TimeSpan.FromDays(21);

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
        var changes = Changes(seen.Operation);
        if (operations.Find(seen.Operation) is not { } known || !known.IsNewlyUsedAt(seen.Time, LeastOf(seen.Operation)))
        {
            return null;
        }

        // Whether the client is one that tries new things.
        var since = known.First - Settled;
        var newer = changes
            ? operations.CountNewerThan(since, seen.Operation, static (other, _) => Changes(other))
            : operations.CountNewerThan(since, seen.Operation, static (other, one) => one.Count >= LeastOf(other));
        if (newer > 0)
        {
            return null;
        }

        return Found(
            sighting,
            changes ? FindingSeverity.High : FindingSeverity.Medium,
            Say(
                $"First {seen.Operation} of this client; it has been seen for {(int)sighting.Baseline.AgeAt(seen.Time)} days "
                    + $"with {operations.Count - 1} other operations, and nothing of that sort came into use within three weeks."
            ),
            sighting.Activity.Accesses.List(known.Count)
        );
    }

    private static int LeastOf(string operation) => Changes(operation) ? 1 : Uses;

    private static bool Changes(string operation)
    {
        foreach (var word in Changing)
        {
            if (operation.StartsWith(word, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
