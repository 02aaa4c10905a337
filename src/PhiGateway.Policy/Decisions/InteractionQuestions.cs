using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Checks for <see cref="PolicyDecisionPoint"/> that a request asks for something, and that each part's interaction and type are covered by
/// the token's scopes and the use case's grants. Returns null or a denial.
/// </summary>
internal static class InteractionQuestions
{
    internal static Deny? Asked(DecisionRun run)
    {
        var asked = false;
        run.OnlyCapabilities = true;
        foreach (var part in run.Request.Parts)
        {
            asked |= !DecisionRun.IsContainer(part);
            run.OnlyCapabilities &= part is { Interaction: Interaction.Capabilities, Role: PartRole.Target };
        }

        return asked ? null : new Deny(DenyReason.NothingAsked);
    }

    internal static Deny? Covered(DecisionRun run)
    {
        run.Reach = new AccessReach(run.Caller, run.Entry, run.Agents, run.Snapshot, run.Ticks)
        {
            TenantTag = run.Request.TenantTag,
            Task = run.Task,
            Habits = run.Request.Habits,
        };
        if (run.OnlyCapabilities)
        {
            return null;
        }

        run.Grants = new GrantSet[run.Request.Parts.Count];
        return PartQuestion.Ask(run, isFirst: true, Covered);
    }

    private static Deny? Covered(DecisionRun run, int place, AccessPart part)
    {
        var needed = PartRights.Needed(part);
        if (needed == ScopeRights.None)
        {
            return new Deny(DenyReason.OutsideUseCase, run.UseCaseRule);
        }

        if (TaskQuestions.Covered(run, part) is { } outside)
        {
            return outside;
        }

        if (!run.Reach.SignInAdmits(part.Type))
        {
            return new Deny(DenyReason.StepUpRequired, run.UseCaseRule);
        }

        if (CharterQuestions.Covered(run, part) is { } beyond)
        {
            return beyond;
        }

        if (ScopeRefusal(run, part, needed) is { } refusal)
        {
            return new Deny(refusal, run.UseCaseRule);
        }

        var grants = PartRights.Grants(part, run.UseCase);
        if (part.Role is PartRole.Include or PartRole.RevInclude && !PartRights.NamesInclude(run.UseCase, part.Include))
        {
            return new Deny(DenyReason.IncludeNotPermitted, run.UseCaseRule);
        }

        // The backend follows a chain over all tenants' records, and only over a single reference can a second condition hold it to the
        // same record. Any other is looked up first, as a search that is held to the tenant itself.
        if (run.Request.TenantTag is not null && part.Role is PartRole.Chain or PartRole.ReverseChain && !part.IsSeparable)
        {
            if (!part.IsResolvable)
            {
                return new Deny(DenyReason.CrossesTenants, "tenant-tag");
            }

            run.ResolvesWalks = true;
        }

        if (grants.IsEmpty)
        {
            return new Deny(
                part.Interaction == Interaction.Operation && part.Role == PartRole.Target
                    ? DenyReason.OperationNotPermitted
                    : DenyReason.OutsideUseCase,
                run.UseCaseRule
            );
        }

        grants = Judgeability.Grants(run.UseCase, part, grants);
        if (grants.IsEmpty || !Judgeability.ScopesAddUp(run.Reach, part, needed))
        {
            return new Deny(DenyReason.NotJudgeable, run.UseCaseRule);
        }

        if (Judgeability.HighEnough(run.UseCase, part, grants).IsEmpty)
        {
            return new Deny(DenyReason.TooConfidential, run.UseCase.RuleOf(grants));
        }

        if (!part.ComputedOver.IsEmpty && !ComputedQuestions.SeesAll(run, part))
        {
            return new Deny(DenyReason.NotJudgeable, run.UseCase.RuleOf(grants));
        }

        var open = WalkQuestions.Open(run, part, needed, grants);
        if (open.IsEmpty)
        {
            return new Deny(
                part.Role == PartRole.ReverseChain ? DenyReason.IncludeNotPermitted : DenyReason.ConditionNotMet,
                run.UseCase.RuleOf(grants)
            );
        }

        run.Grants[place] = open;
        return null;
    }

    private static DenyReason? ScopeRefusal(DecisionRun run, AccessPart part, ScopeRights needed)
    {
        // $match compares against everyone: a scope for one patient cannot cover it (SMART App Launch 2; design of the scopes' gaps).
        if (!run.Reach.ScopesGrant(part.Type, needed, usableOnly: true))
        {
            return run.Reach.ScopesGrant(part.Type, needed, usableOnly: false) ? DenyReason.PatientContextMissing : DenyReason.OutsideScope;
        }

        // A chain that can be looked up by a search of its own is narrowed and judged there.
        var walks = part.Role == PartRole.Condition || (part.Role is PartRole.Chain or PartRole.ReverseChain && !part.IsResolvable);
        var matches = part is { Role: PartRole.Target, Interaction: Interaction.Operation, Operation: "$match" };
        if (!walks && !matches)
        {
            return null;
        }

        // Walked resources never come out, so no filter follows: the scope's own filter must be met by the request, or be absent.
        var scopes = run.Reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            var scope = scopes[place];
            if (
                (scope.Rights & needed) == needed
                && scope.Types.Contains(part.Type)
                && run.Reach.IsUsable(scope)
                && FactMatching.AreMetBy(scope.Where, part.Conditions)
                && !(matches && run.Reach.IsConfined(scope))
            )
            {
                return null;
            }
        }

        return DenyReason.OutsideScope;
    }
}
