using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// A settled client searches by parameters that it never named together before: somebody asks other questions with its credential. Programs
/// ask the same ones for years; whoever asks a new one every few weeks is not told of.
/// </summary>
internal sealed class NewShapeRule : WatchRule
{
    private const int Uses = 3;

    // Who has more than that puts searches together as people wish.
    private const int MostUsual = 24;
    private const int UsualDays = 3;

    private static readonly TimeSpan Settled = TimeSpan.FromDays(21);

    public override string Name => "new-shape";

    public override NhiRisk Risk => NhiRisk.Overprivileged;

    public override RuleFamily Family => RuleFamily.Reach;

    public override string Technique => Techniques.InformationRepositories;

    // What stands in the body of a search by POST is settled by itself.
    public override Finding? Look(in Sighting sighting) =>
        Look(sighting, sighting.Seen.Shape, sighting.Baseline.Shapes) ?? Look(sighting, sighting.Seen.Form, sighting.Baseline.Forms);

    private Finding? Look(in Sighting sighting, string shape, KnownWords shapes)
    {
        var seen = sighting.Seen;
        if (
            shape.Length == 0
            || shapes.Count < 2
            || shapes.Find(shape) is not { } known
            || !known.IsNewlyUsedAt(seen.Time, Uses)
            || sighting.IsAnnounced
            || shapes.DaysAt(seen.Time) < ClientBaseline.LearningDays
            || shapes.CountUsual(UsualDays) > MostUsual
            || shapes.CountNewerThan(known.First - Settled, shape, static (_, other) => other.Count >= Uses) > 0
        )
        {
            return null;
        }

        var isChained = IsChained(shape);
        var walks = isChained ? " It walks to other records, by which what is not shown can be asked for." : string.Empty;
        return Found(
            sighting,
            isChained && !HasWalkedBefore(shapes, known) ? FindingSeverity.Medium : FindingSeverity.Low,
            Say(
                $"{known.Count} searches ({seen.Operation}) by parameters that this client never named together in "
                    + $"{(int)shapes.DaysAt(seen.Time)} days; it has {shapes.Count - 1} other ways to search, none of which came into "
                    + $"use within three weeks. Which parameters stands in the records.{walks}"
            ),
            sighting.Activity.Shapes.List(known.Count)
        );
    }

    private static bool HasWalkedBefore(KnownWords shapes, KnownWord except)
    {
        foreach (var known in shapes.All)
        {
            if (known != except && known.Days >= UsualDays && IsChained(known.Word))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsChained(string shape) => shape.StartsWith(SearchShape.Chained, StringComparison.Ordinal);
}
