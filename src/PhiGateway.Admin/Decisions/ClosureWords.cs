using System.Globalization;
using PhiGateway.Admin.Clients;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Decisions;

/// <summary>Says what was closed and what would open it, as precisely as the registry and the record allow.</summary>
internal static class ClosureWords
{
    /// <summary>The facts of a refusal from which the words are made.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Rule">What closed it.</param>
    /// <param name="Asked">What was asked.</param>
    /// <param name="Proof">How the caller proved itself.</param>
    /// <param name="Time">When.</param>
    internal sealed record Facts(DenyReason Reason, string? Rule, ExplainedRequest Asked, ExplainedProof Proof, DateTimeOffset Time);

    public static (string Closed, IReadOnlyList<string> ToOpen) Of(Facts facts, ClientEntry? entry, IReadOnlyList<DoorReport> doors)
    {
        var (closed, toOpen) = OfReason(facts, entry, doors);

        // The decision stops at the first closed door; whoever opens only that one meets the next.
        var others = doors.Where(door => door is { Open: false, Guards: true } && door.Reason != facts.Reason.Code).ToList();
        return others.Count == 0
            ? (closed, toOpen)
            : (
                $"{closed}; closed too: {string.Join(", ", others.Select(static door => "door " + door.Name))}",
                [.. toOpen, .. others.Select(static door => door.ToOpen).OfType<string>().Except(toOpen, StringComparer.Ordinal)]
            );
    }

    private static (string Closed, IReadOnlyList<string> ToOpen) OfReason(Facts facts, ClientEntry? entry, IReadOnlyList<DoorReport> doors)
    {
        var place = PlaceOf(facts.Reason);
        if (entry is { UseCase: { } useCase } && PreciseClosures.Of(facts, entry.Client, useCase) is { } precise)
        {
            return ($"{place}: {precise.What}", [precise.ToOpen + By(facts.Reason)]);
        }

        var by = facts.Rule is null ? string.Empty : $" ({facts.Rule})";
        var mine = doors.Where(door => door.Reason == facts.Reason.Code && MayBeOf(door, facts.Rule)).ToList();
        if (mine.Count == 0)
        {
            return ($"{place}: {facts.Reason.PublicText}{by}", [RefusalGuide.Find(facts.Reason.Code) ?? facts.Reason.PublicText]);
        }

        var open = mine.Where(static door => !door.Open)
            .Select(static door => door.ToOpen)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return (
            $"{place}: {string.Join("; ", mine.Select(Named))}{by}",
            open.Count > 0 ? open : ["by the registry of today this door is open: nothing needs to be done"]
        );
    }

    // The questions that answer with the reason; a reason of no question names its stage.
    private static string PlaceOf(DenyReason reason)
    {
        var questions = string.Join(" or ", DecisionQuestions.AnsweringWith(reason));
        return questions.Length > 0 ? questions : reason.Stage.ToString();
    }

    private static bool MayBeOf(DoorReport door, string? rule) => rule is null || door.Rule is null || door.Rule == rule;

    private static string Named(DoorReport door)
    {
        var date = door.ClosesAt is { } at ? string.Create(CultureInfo.InvariantCulture, $" with its date {at:yyyy-MM-dd}") : string.Empty;
        return $"door {door.Name}{date}";
    }

    // Whose act opens it stands with the question.
    private static string By(DenyReason reason) =>
        DecisionQuestions.OpenedBy(reason) switch
        {
            OpenedBy.TwoPersons => " and have it approved (widening: two persons)",
            OpenedBy.Issuer => "; the registry stays as it is",
            OpenedBy.Nobody => "; nothing in the registry opens this",
            _ => string.Empty,
        };
}
