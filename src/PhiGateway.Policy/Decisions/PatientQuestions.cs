using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Checks for <see cref="PolicyDecisionPoint"/> that the patients whom the parts of a request concern are covered by roster, context or
/// task. Returns null or a denial.
/// </summary>
internal static class PatientQuestions
{
    internal static Deny? Patients(DecisionRun run) => run.OnlyCapabilities ? null : PartQuestion.Ask(run, isFirst: false, Patients);

    private static Deny? Patients(DecisionRun run, int place, AccessPart part)
    {
        var usable = run.Reach.Usable(run.Grants[place]);
        if (usable.IsEmpty)
        {
            var first = FirstReach(run.UseCase, run.Grants[place]);
            return new Deny(
                first == PatientReach.Task ? DenyReason.OutsideTask : DenyReason.PatientContextMissing,
                run.UseCase.RuleOf(run.Grants[place])
            );
        }

        run.Grants[place] = usable;
        for (var named = 0; named < part.Patients.Count; named++)
        {
            if (Refusal(run, usable, part, part.Patients[named]) is { } reason)
            {
                return new Deny(IsAddressed(part) ? DenyReason.PatientNotFound : reason, run.UseCase.RuleOf(usable));
            }
        }

        // Created or not, changed or not: the answer of a conditional write tells whether there is a match, so its search must name whose.
        return part.Role == PartRole.Condition && part.Patients.Count == 0 && !IsUnconfined(run, usable, part)
            ? new Deny(DenyReason.PatientUndetermined, run.UseCase.RuleOf(usable))
            : null;
    }

    // A patient in the path is the thing asked for: "not yours" must look like "not there", or ids could be tried out. A patient in a
    // search
    // parameter is a wish about the result: the refusal is the same whether such a patient exists or not, so it may say what is wrong.
    private static bool IsAddressed(AccessPart part) =>
        part.PatientInPath || (part is { Role: PartRole.Target, Id: not null } && part.Type == ResourceType.Patient);

    private static DenyReason? Refusal(DecisionRun run, GrantSet grants, AccessPart part, PatientId patient)
    {
        if (!run.Reach.ScopesGrant(part.Type, PartRights.Needed(part), usableOnly: true, patient))
        {
            return DenyReason.OutsideContext;
        }

        foreach (var place in grants)
        {
            if (
                run.Reach.GrantCovers(place, patient, part.Type, part.Id)
                || (MayFindOne(part) && run.Reach.TaskIsSearched(place, patient, part.Type))
            )
            {
                return null;
            }
        }

        if (run.Task is not null)
        {
            return DenyReason.OutsideTask;
        }

        return FirstReach(run.UseCase, grants) switch
        {
            PatientReach.Context => DenyReason.OutsideContext,
            PatientReach.Task => DenyReason.OutsideTask,
            _ => DenyReason.OutsideRoster,
        };
    }

    // A search under a task for one resource of this patient: the filter lets out that one resource.
    private static bool MayFindOne(AccessPart part) =>
        part is { Interaction: Interaction.SearchType or Interaction.SearchPage, Role: PartRole.Target };

    private static PatientReach FirstReach(UseCaseEntry useCase, GrantSet grants) => useCase.Grants[grants.First].Reach;

    private static bool IsUnconfined(DecisionRun run, GrantSet grants, AccessPart part)
    {
        var everyone = false;
        foreach (var place in grants)
        {
            everyone |= run.UseCase.Grants[place].Reach is PatientReach.Any or PatientReach.None;
        }

        if (!everyone || run.Task is not null)
        {
            return false;
        }

        var scopes = run.Reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            if (
                !run.Reach.IsConfined(scopes[place])
                && run.Reach.IsUsable(scopes[place])
                && (scopes[place].Rights & ScopeRights.Search) != 0
                && scopes[place].Types.Contains(part.Type)
            )
            {
                return true;
            }
        }

        return false;
    }
}
