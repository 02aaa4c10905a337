using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Checks for <see cref="PolicyDecisionPoint"/> that a request filters and sorts only by elements that its client may see, since number and
/// order of the matches would betray the others, and that nothing comes along by a reference that it may not see. Returns null or a denial.
/// </summary>
internal static class ElementQuestions
{
    internal static Deny? Elements(DecisionRun run)
    {
        if (run.OnlyCapabilities)
        {
            return null;
        }

        var parts = run.Request.Parts;
        for (var place = 0; place < parts.Count; place++)
        {
            var uses = parts[place].Uses;
            if (uses.Count > 0 && !run.IsSettled(place) && HidingGrant(run, run.Grants[place], parts[place]) is { } rule)
            {
                return new Deny(DenyReason.HiddenElement, rule);
            }
        }

        return Links(run);
    }

    // What comes along shows where a reference points: of all that a type points at, what its client may not see falls out.
    private static Deny? Links(DecisionRun run)
    {
        var parts = run.Request.Parts;
        Deny? nearest = null;
        var remains = false;
        for (var place = 0; place < parts.Count; place++)
        {
            var part = parts[place];
            if ((part.LinkedBy.Count == 0 && !part.IsOfEveryInclude) || run.IsSettled(place))
            {
                continue;
            }

            if (part.LinkedBy.Count == 0 || HidingLink(run, place, part) is not { } rule)
            {
                remains |= part.IsOfEveryInclude;
                continue;
            }

            nearest = new Deny(DenyReason.HiddenElement, rule);
            if (!part.IsOfEveryInclude)
            {
                return nearest;
            }

            run.Grants[place] = default;
        }

        return remains ? null : nearest;
    }

    private static string? HidingLink(DecisionRun run, int place, AccessPart part)
    {
        if (part.Type == part.LinkedFrom && part.Role == PartRole.RevInclude)
        {
            return HidingGrant(run, run.Grants[place], part with { Uses = part.LinkedBy });
        }

        var parts = run.Request.Parts;
        for (var target = 0; target < parts.Count; target++)
        {
            if (parts[target].Role == PartRole.Target && parts[target].Type == part.LinkedFrom)
            {
                return HidingGrant(run, run.Grants[target], parts[target] with { Uses = part.LinkedBy });
            }
        }

        // It comes from what was brought along itself.
        var source = new AccessPart
        {
            Interaction = Interaction.Read,
            Type = part.LinkedFrom,
            Uses = part.LinkedBy,
        };
        return HidingGrant(run, PartRights.Readers(source, run.UseCase), source);
    }

    // A record may come under any one of the grants alone, so each of them must show what is asked about; but a grant whose conditions
    // contradict
    // the request's own yields nothing here.
    private static string? HidingGrant(DecisionRun run, GrantSet grants, AccessPart part)
    {
        foreach (var place in run.Reach.Usable(grants))
        {
            var grant = run.UseCase.Grants[place];
            if (grant.Elements.IsAll || Contradicts(grant.Where, part.Conditions))
            {
                continue;
            }

            for (var use = 0; use < part.Uses.Count; use++)
            {
                if (!grant.Elements.Contains(part.Uses[use]))
                {
                    return grant.Rule;
                }
            }
        }

        return null;
    }

    private static bool Contradicts(TokenConstraint[] where, IReadOnlyList<TokenConstraint> conditions)
    {
        for (var place = 0; place < conditions.Count; place++)
        {
            foreach (var constraint in where)
            {
                if (
                    string.Equals(constraint.Parameter, conditions[place].Parameter, StringComparison.Ordinal)
                    && !MayMeet(constraint.AnyOf, conditions[place].AnyOf)
                )
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool MayMeet(IReadOnlyList<TokenValue> some, IReadOnlyList<TokenValue> others)
    {
        foreach (var one in some)
        {
            foreach (var other in others)
            {
                if (MayBeSame(one.System, other.System) && MayBeSame(one.Code, other.Code))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool MayBeSame(string? one, string? other) =>
        one is null || other is null || string.Equals(one, other, StringComparison.Ordinal);
}
