using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Finds the questions of <see cref="PolicyDecisionPoint"/> that answer with a given reason; for explanations of decisions that were made
/// before.
/// </summary>
/// <remarks>
/// The first closed door answers, so a reason tells that every earlier question was open and every later one was not asked.
/// </remarks>
public static class DecisionQuestions
{
    /// <summary>
    /// The questions that may answer with a reason, in their order; empty for a reason of another stage. Several where a write is judged by
    /// what it brings as well as by what it asks.
    /// </summary>
    public static IReadOnlyList<string> AnsweringWith(DenyReason reason) =>
        [
            .. PolicyDecisionPoint
                .Questions.Where(question => Array.Exists(question.MayAnswer, answer => answer.Reason == reason))
                .Select(static question => question.Name),
        ];

    /// <summary>
    /// Whose act opens what is closed with a reason; null for a reason of another stage. The same for every question that answers with it.
    /// </summary>
    public static OpenedBy? OpenedBy(DenyReason reason)
    {
        foreach (var question in PolicyDecisionPoint.Questions)
        {
            foreach (var answer in question.MayAnswer)
            {
                if (answer.Reason == reason)
                {
                    return answer.OpenedBy;
                }
            }
        }

        return null;
    }

    /// <summary>What every question found, as far as the reason of a decision tells; null means permitted.</summary>
    /// <param name="reason">The reason recorded.</param>
    /// <param name="rule">The rule recorded: a credential's own contradiction is told by it.</param>
    public static IReadOnlyList<DecisionAnswer> Reconstruct(DenyReason? reason, string? rule)
    {
        var names = PolicyDecisionPoint.QuestionNames;
        if (reason is null)
        {
            return [.. names.Select(static name => new DecisionAnswer(name, AnswerOutcome.Open, null, null))];
        }

        var candidates = AnsweringWith(reason);
        if (reason == DenyReason.RegistryNotUnderstood)
        {
            // Only what is nobody's own stands before the client's doors, and its credential's behind them.
            candidates =
            [
                rule switch
                {
                    not null when IsNobodys(rule) => candidates[0],
                    not null when rule.StartsWith("credential", StringComparison.Ordinal) => candidates[2],
                    _ => candidates[1],
                },
            ];
        }
        else if (candidates.Count > 1 && reason == DenyReason.RegistryContradiction)
        {
            candidates = [rule?.StartsWith("credential", StringComparison.Ordinal) == true ? candidates[1] : candidates[0]];
        }

        var answers = new List<DecisionAnswer>(names.Count);
        var outcome = candidates.Count == 0 ? AnswerOutcome.NotAsked : AnswerOutcome.Open;
        foreach (var name in names)
        {
            if (candidates.Count > 0 && name == candidates[0])
            {
                outcome = AnswerOutcome.NotAsked;
                answers.Add(new DecisionAnswer(name, AnswerOutcome.Closed, reason, rule));
                continue;
            }

            answers.Add(new DecisionAnswer(name, outcome, null, null));
        }

        return answers;
    }

    private static bool IsNobodys(string rule) =>
        rule.StartsWith("revocations/", StringComparison.Ordinal) || rule.StartsWith("unknown/", StringComparison.Ordinal);
}
