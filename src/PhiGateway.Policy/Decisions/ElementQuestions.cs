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

        // What falls out brings nothing along.
        if (Links(run) is { } link)
        {
            return link;
        }

        var parts = run.Request.Parts;
        Deny? nearest = null;
        var (inContainer, remains) = (false, false);
        for (var place = 0; place < parts.Count; place++)
        {
            var part = parts[place];
            inContainer |= DecisionRun.IsContainer(part);
            if (run.IsSettled(place))
            {
                continue;
            }

            if (part.Uses.Count == 0 || (HidingGrant(run, run.Grants[place], part) ?? HidingInclude(run, place, part)) is not { } rule)
            {
                remains |= part.IsWildcard;
                continue;
            }

            var deny = new Deny(DenyReason.HiddenElement, rule);
            if (inContainer || !FallsOut(part))
            {
                return deny;
            }

            nearest ??= deny;
            run.Grants[place] = default;
        }

        return remains ? null : nearest;
    }

    // Of all types that an operation may bring those that it would filter by what is hidden. The filter of an export names its type.
    private static bool FallsOut(AccessPart part) => part is { IsWildcard: true, Operation: not null, Interaction: Interaction.SearchType };

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

            if (part.LinkedBy.Count == 0 || HidingLink(run, part) is not { } rule)
            {
                remains |= part.IsOfEveryInclude;
                continue;
            }

            var deny = new Deny(DenyReason.HiddenElement, rule);
            if (!part.IsOfEveryInclude && !LeadsElsewhere(run, part))
            {
                return deny;
            }

            nearest = part.IsOfEveryInclude ? deny : nearest;
            run.Grants[place] = default;
        }

        return remains ? null : nearest;
    }

    // An include without a type leads to several: that to a patient says no more than whose record it is, and stays.
    private static bool LeadsElsewhere(DecisionRun run, AccessPart part)
    {
        var parts = run.Request.Parts;
        for (var place = 0; part.IsWildcard && place < parts.Count; place++)
        {
            var other = parts[place];
            if (
                other.Role == part.Role
                && other.LinkedBy.Count == 0
                && string.Equals(other.Include, part.Include, StringComparison.Ordinal)
                && !run.IsSettled(place)
            )
            {
                return true;
            }
        }

        return false;
    }

    // The records that hold the reference leave under the grants of every part that brings their type, whichever of them brought one.
    private static string? HidingLink(DecisionRun run, AccessPart part)
    {
        var parts = run.Request.Parts;
        var isBrought = false;
        for (var place = 0; place < parts.Count; place++)
        {
            if (!Brings(parts[place], part.LinkedFrom))
            {
                continue;
            }

            isBrought = true;
            if (HidingSource(run, place, parts[place] with { Uses = part.LinkedBy }) is { } rule)
            {
                return rule;
            }
        }

        if (isBrought)
        {
            return null;
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

    private static bool Brings(AccessPart part, ResourceType type) =>
        part.Type == type && part.Role is PartRole.Target or PartRole.Include or PartRole.RevInclude;

    private static string? HidingSource(DecisionRun run, int place, AccessPart source)
    {
        foreach (var brought in run.Reach.Usable(run.Grants[place]))
        {
            var grant = run.UseCase.Grants[brought];
            if (Hides(run, grant, source) && !Contradicts(grant.Where, source.Conditions) && !IsShownBeside(run, grant, source))
            {
                return grant.Rule;
            }
        }

        return null;
    }

    // Whether each record that leaves under the grant leaves under one of the same part, or of another one of the request, that shows it.
    private static bool IsShownBeside(DecisionRun run, GrantRule grant, AccessPart source)
    {
        var parts = run.Request.Parts;
        for (var place = 0; place < parts.Count; place++)
        {
            var other = parts[place];
            if (
                Brings(other, source.Type)
                && AreScopedAlike(run, source.Type, PartRights.NeededByAnswer(source), PartRights.NeededByAnswer(other))
                && IsShownByAnother(run, run.Reach.Usable(run.Grants[place]), grant, source)
            )
            {
                return true;
            }
        }

        return false;
    }

    // A record may come under any one of the grants alone, so each of them must show what is asked about; but a grant whose conditions
    // contradict the request's own yields nothing here, and of one that another takes in no record comes alone.
    private static string? HidingGrant(DecisionRun run, GrantSet grants, AccessPart part)
    {
        var usable = run.Reach.Usable(grants);
        foreach (var place in usable)
        {
            var grant = run.UseCase.Grants[place];
            if (Hides(run, grant, part) && !Contradicts(grant.Where, part.Conditions) && !IsShownByAnother(run, usable, grant, part))
            {
                return grant.Rule;
            }
        }

        return null;
    }

    // What is found by one search may leave under another part of the same request too: as what an include of the same type brings along.
    private static string? HidingInclude(DecisionRun run, int place, AccessPart part)
    {
        var parts = run.Request.Parts;
        for (var other = 0; part.Role == PartRole.Target && other < parts.Count; other++)
        {
            if (parts[other].Type != part.Type || parts[other].Role is not (PartRole.Include or PartRole.RevInclude))
            {
                continue;
            }

            foreach (var brought in run.Reach.Usable(run.Grants[other]))
            {
                var grant = run.UseCase.Grants[brought];
                var isShown =
                    !Hides(run, grant, part)
                    || Contradicts(grant.Where, part.Conditions)
                    || (
                        AreScopedAlike(run, part.Type, ScopeRights.Read, ScopeRights.Search)
                        && IsShownByAnother(run, run.Reach.Usable(run.Grants[place]), grant, part)
                    );
                if (!isShown)
                {
                    return grant.Rule;
                }
            }
        }

        return null;
    }

    private static bool Hides(DecisionRun run, GrantRule grant, AccessPart part)
    {
        var shown = OpenSchedule.Narrow(run, grant.Elements, part.Type);
        if (shown.IsAll)
        {
            return false;
        }

        for (var use = 0; use < part.Uses.Count; use++)
        {
            if (!shown.Contains(part.Uses[use]))
            {
                return true;
            }
        }

        return false;
    }

    // Whether each record that comes under the grant comes under another one too that shows what is asked about.
    private static bool IsShownByAnother(DecisionRun run, GrantSet grants, GrantRule grant, AccessPart part)
    {
        foreach (var place in grants)
        {
            var other = run.UseCase.Grants[place];
            if (!Hides(run, other, part) && IsAsWide(other, grant) && TakesIn(other.Where, grant.Where, part.Conditions))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAsWide(GrantRule wider, GrantRule narrower)
    {
        var reaches =
            wider.Reach == PatientReach.Any
            || (wider.Reach == narrower.Reach && string.Equals(wider.Roster, narrower.Roster, StringComparison.Ordinal));
        if (!reaches || wider.Ceiling < narrower.Ceiling)
        {
            return false;
        }

        foreach (var label in narrower.Labels)
        {
            if (Array.IndexOf(wider.Labels, label) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TakesIn(TokenConstraint[] wider, TokenConstraint[] narrower, IReadOnlyList<TokenConstraint> conditions)
    {
        foreach (var constraint in wider)
        {
            if (!FactMatching.IsMetBy(constraint, conditions) && !FactMatching.IsMetBy(constraint, narrower))
            {
                return false;
            }
        }

        return true;
    }

    // Whether whatever scopes let do by some letters they let do by others too.
    private static bool AreScopedAlike(DecisionRun run, ResourceType type, ScopeRights given, ScopeRights needed)
    {
        var scopes = run.Reach.Scopes.Scopes;
        for (var place = 0; given != needed && place < scopes.Count; place++)
        {
            var rights = scopes[place].Rights;
            if ((rights & given) != 0 && (rights & needed) != needed && scopes[place].Types.Contains(type))
            {
                return false;
            }
        }

        return true;
    }

    // A record that may bear several codes can satisfy both, though they have none in common.
    private static bool Contradicts(TokenConstraint[] where, IReadOnlyList<TokenConstraint> conditions)
    {
        for (var place = 0; place < conditions.Count; place++)
        {
            foreach (var constraint in where)
            {
                if (
                    conditions[place].IsSingle
                    && string.Equals(constraint.Parameter, conditions[place].Parameter, StringComparison.Ordinal)
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
