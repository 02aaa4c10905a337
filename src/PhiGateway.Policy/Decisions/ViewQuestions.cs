using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Checks that an update or patch touches nothing that its client does not see; called by <see cref="ContentQuestions"/>. A resource put
/// back from a trimmed copy would lose the rest; a patch could copy what is hidden to where it is shown.
/// </summary>
internal static class ViewQuestions
{
    /// <summary>
    /// Null when all that changes is in view: of the grants for the change, and of those under which the stored version could be read.
    /// </summary>
    /// <param name="run">The decision.</param>
    /// <param name="part">An update or patch.</param>
    /// <param name="stored">What it changes; null when nobody could look.</param>
    /// <param name="over">The grants that admit the change.</param>
    internal static Deny? Partial(DecisionRun run, AccessPart part, ResourceFacts? stored, GrantSet over)
    {
        if (part.Interaction is not (Interaction.Update or Interaction.Patch))
        {
            return null;
        }

        // Whoever may write and not read has no copy that was trimmed: such a client is the source. What the token's scope lets read is no
        // matter: the client may have another one.
        var seen = run.Reach.Usable(PartRights.Viewers(part, run.UseCase));
        if (stored is not null && !seen.IsEmpty)
        {
            var judge = new GrantReleasePolicy(run.Reach, [new ReleaseLane(part.Type, seen, PartRights.Needed(part))])
            {
                // As a read of it is judged: what is shown in part must not be taken for what is not shown at all.
                AdmitsUndetermined = PermitFactory.IsOwnStaff(run),
            };
            seen = judge.Admit(stored, newPatient: false).Grants;
        }

        if (part.Probes && seen.IsEmpty)
        {
            return new Deny(DenyReason.HiddenElement, run.UseCase.RuleOf(over));
        }

        if (Hides(run, part, over, run.UseCase.ElementsOf(over)) is { } hidden)
        {
            return hidden;
        }

        if (seen.IsEmpty)
        {
            return null;
        }

        var shown = run.UseCase.ElementsOf(seen);
        var isNobodys = stored is null or { Owner: OwnerState.NotPatientData };
        return Hides(run, part, seen, isNobodys ? OpenSchedule.Narrow(run, shown, part.Type) : shown)
            ?? (stored is null ? null : HeldViews.Partial(run, part, stored, seen));
    }

    private static Deny? Hides(DecisionRun run, AccessPart part, GrantSet grants, ElementSet shown)
    {
        if (shown.IsAll)
        {
            return null;
        }

        if (part.Interaction == Interaction.Update)
        {
            return new Deny(DenyReason.PartialView, run.UseCase.RuleOf(grants));
        }

        for (var use = 0; use < part.Uses.Count; use++)
        {
            if (!shown.Contains(part.Uses[use]))
            {
                return new Deny(DenyReason.HiddenElement, run.UseCase.RuleOf(grants));
            }
        }

        return null;
    }
}
