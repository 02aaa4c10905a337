using System.Collections.Frozen;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Which questions of <see cref="PolicyDecisionPoint"/> answer with which reason; for explanations of decisions that were made before.
/// </summary>
/// <remarks>
/// The first closed door answers, so a reason tells that every earlier question was open and every later one was not asked.
/// </remarks>
public static class DecisionQuestions
{
    private static readonly FrozenDictionary<string, DenyReason[]> Reasons = new Dictionary<string, DenyReason[]>
    {
        ["token revoked"] = [DenyReason.TokenRevoked],
        ["client known"] = [DenyReason.UnknownClient],
        ["client revoked"] = [DenyReason.Revoked, DenyReason.RegistryNotUnderstood],
        ["path open"] =
        [
            DenyReason.RegistryContradiction,
            DenyReason.RegistryNotUnderstood,
            DenyReason.ClientNotActive,
            DenyReason.ClientExpired,
            DenyReason.NotApproved,
            DenyReason.ApprovalStale,
            DenyReason.ApprovalExpired,
            DenyReason.UseCaseNotApproved,
            DenyReason.UseCaseExpired,
            DenyReason.AgreementMissing,
            DenyReason.AgreementNotInForce,
            DenyReason.AgreementNotReviewed,
            DenyReason.OrganizationNotActive,
            DenyReason.VendorReviewOverdue,
            DenyReason.OwnerMissing,
            DenyReason.ReviewOverdue,
        ],
        ["credential in time"] = [DenyReason.RegistryContradiction, DenyReason.CredentialExpired, DenyReason.CredentialRotationOverdue],
        ["possession proven"] = [DenyReason.BindingRequired],
        ["token lifetime"] = [DenyReason.ClientTokenLifetime],
        ["environment"] = [DenyReason.WrongEnvironment],
        ["tenant"] = [DenyReason.WrongTenant],
        ["network"] = [DenyReason.WrongNetwork],
        ["hours"] = [DenyReason.OutsideHours],
        ["something asked"] = [DenyReason.NothingAsked],
        ["purpose of use"] =
        [
            DenyReason.PurposeMissing,
            DenyReason.PurposeUnknown,
            DenyReason.PurposeNotPermitted,
            DenyReason.JustificationMissing,
        ],
        ["interaction and type"] =
        [
            DenyReason.OutsideScope,
            DenyReason.OutsideUseCase,
            DenyReason.PatientContextMissing,
            DenyReason.IncludeNotPermitted,
            DenyReason.CrossesTenants,
            DenyReason.OperationNotPermitted,
            DenyReason.ConditionNotMet,
            DenyReason.NotJudgeable,
            DenyReason.TooConfidential,
        ],
        ["elements used"] = [DenyReason.HiddenElement],
        ["patients"] =
        [
            DenyReason.PatientContextMissing,
            DenyReason.OutsideRoster,
            DenyReason.OutsideContext,
            DenyReason.OutsideTask,
            DenyReason.PatientUndetermined,
            DenyReason.PatientNotFound,
        ],
        ["content written"] =
        [
            DenyReason.OutsideUseCase,
            DenyReason.OutsideRoster,
            DenyReason.OutsideContext,
            DenyReason.OutsideTask,
            DenyReason.PatientUndetermined,
            DenyReason.PatientNotFound,
            DenyReason.ConditionNotMet,
            DenyReason.TooConfidential,
            DenyReason.LabelNotPermitted,
            DenyReason.RelabelNotPermitted,
            DenyReason.PartialView,
            DenyReason.HiddenElement,
        ],
        ["delegation"] = [DenyReason.DelegationTooDeep, DenyReason.UnknownActor],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>
    /// The questions that may answer with a reason, in their order; empty for a reason of another stage. Several where a write is judged by
    /// what it brings as well as by what it asks.
    /// </summary>
    public static IReadOnlyList<string> AnsweringWith(DenyReason reason) =>
        [
            .. PolicyDecisionPoint.QuestionNames.Where(name =>
                Reasons.TryGetValue(name, out var reasons) && Array.IndexOf(reasons, reason) >= 0
            ),
        ];

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
            // Only what is nobody's own stands before the client's doors.
            candidates =
            [
                rule is not null
                && (rule.StartsWith("revocations/", StringComparison.Ordinal) || rule.StartsWith("unknown/", StringComparison.Ordinal))
                    ? candidates[0]
                    : candidates[1],
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
}
