using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Checks for <see cref="PolicyDecisionPoint"/> what a write would store and what it would overwrite, by the same judge as resources that
/// leave. Returns null or a denial.
/// </summary>
internal static class ContentQuestions
{
    internal static Deny? Content(DecisionRun run)
    {
        if (run.OnlyCapabilities)
        {
            return null;
        }

        var parts = run.Request.Parts;
        for (var place = 0; place < parts.Count; place++)
        {
            var part = parts[place];
            if (
                part
                    is {
                        Role: PartRole.Target,
                        Interaction: Interaction.Create or Interaction.Update or Interaction.Patch or Interaction.Delete
                    }
                && Content(run, run.Grants[place], part) is { } deny
            )
            {
                return deny;
            }
        }

        return null;
    }

    private static Deny? Content(DecisionRun run, GrantSet grants, AccessPart part)
    {
        var judge = Judge(run, part, grants, []);
        var rule = run.UseCase.RuleOf(grants);
        var admitted = grants;
        // Of a foreign record not even what a patch of it would come to is said.
        if (part is { Interaction: Interaction.Patch, Body: not null } && Stored(run, judge, grants, part, rule) is { } closed)
        {
            return closed;
        }

        // A patch that was applied here has the body that it comes to, and is judged by it like any other write.
        if (part.Interaction is Interaction.Create or Interaction.Update || part is { Interaction: Interaction.Patch, Body: not null })
        {
            if (part.Body is not { } body || body.Type != part.Type)
            {
                return new Deny(part.Body is null ? DenyReason.PatientUndetermined : DenyReason.OutsideUseCase, rule);
            }

            // Whoever the body says that it is: the server chooses the name, and it is nobody's who is there.
            var newPatient = IsCreation(part) && part.Type == ResourceType.Patient;
            var admission = judge.Admit(body, newPatient);
            if (admission.Grants.IsEmpty)
            {
                return new Deny(Refusal(admission.Nearest, run, grants), rule);
            }

            admitted = admission.Grants;
            if (Chooses(run, admitted, part, body))
            {
                return new Deny(DenyReason.RelabelNotPermitted, rule);
            }
        }

        return part.Interaction == Interaction.Create ? null : Stored(run, judge, admitted, part, rule);
    }

    // What the hospital's own are shown they can keep: a document that describes its patient under a name of its own, and what has no place for
    // whose it is. What leaves its subject out is refused to them too.
    private static GrantReleasePolicy Judge(DecisionRun run, AccessPart part, GrantSet grants, IReadOnlyList<string> unsettled)
    {
        var isOwnStaff = PermitFactory.IsOwnStaff(run);
        return new GrantReleasePolicy(run.Reach, [new ReleaseLane(part.Type, grants, PartRights.Needed(part))])
        {
            AdmitsUndetermined = part.Type == ResourceType.Bundle && isOwnStaff,
            AdmitsUnnamed = isOwnStaff,
            Unsettled = unsettled,
        };
    }

    // A new record that says of itself that it is less confidential than one without a label is shown to more, and one that bears a tag is
    // taken for what others mark so: that is for whoever may label.
    private static bool Chooses(DecisionRun run, GrantSet grants, AccessPart part, ResourceFacts body) =>
        (part.Interaction == Interaction.Create || part.StoredState == StoredState.Absent)
        && (body.Confidentiality < Confidentiality.Normal || FactMatching.BearsTags(body, run.Reach.TenantTag))
        && !MayRelabel(run.UseCase, grants);

    // A conditional update that matches nothing creates, under a name that the server chooses.
    private static bool IsCreation(AccessPart part) =>
        part.Interaction == Interaction.Create || part is { Interaction: Interaction.Update, Id: null, StoredState: StoredState.Absent };

    // A write that looks only at the new content could take a record over, push one out, or strip its labels.
    private static Deny? Stored(DecisionRun run, GrantReleasePolicy judge, GrantSet admitted, AccessPart part, string rule)
    {
        switch (part.StoredState)
        {
            case StoredState.Present when part.Stored is { } stored && stored.Type == part.Type:
                var over = judge.Admit(stored, newPatient: false).Grants.Intersect(admitted);
                if (over.IsEmpty)
                {
                    return new Deny(DenyReason.PatientNotFound, rule);
                }

                // What the upstream makes of it must be under the same grants: a condition on what is touched may hold no more.
                if (part is { Body: null, Unsettles.Count: > 0 })
                {
                    over = Judge(run, part, admitted, part.Unsettles).Admit(stored, newPatient: false).Grants.Intersect(over);
                    if (over.IsEmpty)
                    {
                        return new Deny(DenyReason.ConditionNotMet, rule);
                    }
                }

                // A patch of what lies near the tags could hand the record to another tenant, and no right covers that.
                if (run.Reach.TenantTag is not null && part is { Interaction: Interaction.Patch, Relabels: true })
                {
                    return new Deny(DenyReason.RelabelNotPermitted, "tenant-tag");
                }

                if (ViewQuestions.Partial(run, part, stored, over) is { } partial)
                {
                    return partial;
                }

                return (part.Relabels || (part.Body is { } body && LabelsDiffer(body, stored))) && !MayRelabel(run.UseCase, over)
                    ? new Deny(DenyReason.RelabelNotPermitted, rule)
                    : null;
            case StoredState.Absent when part.Interaction == Interaction.Update:
                return null;
            case StoredState.Absent:
                return new Deny(DenyReason.PatientNotFound, rule);
            default:
                return run.Reach.TenantTag is null && run.Task is null && IsUnrestricted(run.UseCase, admitted)
                    ? ViewQuestions.Partial(run, part, null, admitted)
                    : new Deny(DenyReason.PatientUndetermined, rule);
        }
    }

    private static bool LabelsDiffer(ResourceFacts body, ResourceFacts stored)
    {
        if (
            body.HasNewOwner
            || body.Confidentiality != stored.Confidentiality
            || body.Owner != stored.Owner
            || body.Labels.Count != stored.Labels.Count
            || body.Owners.Count != stored.Owners.Count
        )
        {
            return true;
        }

        // Facts hold each label and owner once, so equal counts and inclusion mean equal sets.
        for (var place = 0; place < stored.Labels.Count; place++)
        {
            if (!body.HasLabel(stored.Labels[place]))
            {
                return true;
            }
        }

        for (var place = 0; place < stored.Owners.Count; place++)
        {
            if (!body.IsOwner(stored.Owners[place]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MayRelabel(UseCaseEntry useCase, GrantSet grants)
    {
        foreach (var place in grants)
        {
            if (useCase.Grants[place].MayRelabel)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsUnrestricted(UseCaseEntry useCase, GrantSet grants)
    {
        foreach (var place in grants)
        {
            if (useCase.Grants[place] is { Reach: PatientReach.Any, MayRelabel: true, Where.Length: 0 })
            {
                return true;
            }
        }

        return false;
    }

    private static DenyReason Refusal(WithholdReason reason, DecisionRun run, GrantSet grants) =>
        reason switch
        {
            WithholdReason.OutsidePatients when run.Task is not null => DenyReason.OutsideTask,
            WithholdReason.OutsidePatients => run.UseCase.Grants[grants.First].Reach switch
            {
                PatientReach.Context => DenyReason.OutsideContext,
                PatientReach.Task => DenyReason.OutsideTask,
                _ => DenyReason.OutsideRoster,
            },
            WithholdReason.UndeterminedPatient or WithholdReason.Unjudgeable => DenyReason.PatientUndetermined,
            WithholdReason.Confidentiality => DenyReason.TooConfidential,
            WithholdReason.Label => DenyReason.LabelNotPermitted,
            WithholdReason.Condition or WithholdReason.OutsideTenant => DenyReason.ConditionNotMet,
            _ => DenyReason.OutsideUseCase,
        };
}
