using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Removes the grants and scopes whose conditions cannot be checked on a part's resources: a condition that nobody can see met is not met.
/// </summary>
internal static class Judgeability
{
    /// <summary>Those of these grants whose every condition can be checked.</summary>
    internal static GrantSet Grants(UseCaseEntry useCase, AccessPart part, GrantSet grants)
    {
        if (part.Judgeable is not { } facts)
        {
            return grants;
        }

        var judgeable = grants;
        foreach (var place in grants)
        {
            if (!IsJudgeable(useCase.Grants[place], facts))
            {
                judgeable = judgeable.Without(place);
            }
        }

        return judgeable;
    }

    /// <summary>
    /// Those of these grants under which anything could leave at all: the ceiling is not below what every resource is taken to be.
    /// </summary>
    internal static GrantSet HighEnough(UseCaseEntry useCase, AccessPart part, GrantSet grants)
    {
        if (part.Judgeable is not { } facts)
        {
            return grants;
        }

        var high = grants;
        foreach (var place in grants)
        {
            if (useCase.Grants[place].Ceiling < facts.Floor)
            {
                high = high.Without(place);
            }
        }

        return high;
    }

    /// <summary>Whether scopes whose filters can be checked add up to the letters needed.</summary>
    internal static bool ScopesAddUp(AccessReach reach, AccessPart part, ScopeRights needed)
    {
        if (part.Judgeable is not { } facts)
        {
            return true;
        }

        var got = ScopeRights.None;
        var scopes = reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            var scope = scopes[place];
            if (scope.Types.Contains(part.Type) && reach.IsUsable(scope) && AreKnown(scope.Where, facts))
            {
                got |= scope.Rights;
            }
        }

        return (got & needed) == needed;
    }

    private static bool IsJudgeable(GrantRule grant, JudgeableFacts facts) =>
        (grant.Elements.IsAll || (facts.Elements && grant.Elements.Masks.Count == 0))
        && (grant.Labels.Length == 0 || facts.Labels)
        && AreKnown(grant.Where, facts);

    private static bool AreKnown(IReadOnlyList<TokenConstraint> constraints, JudgeableFacts facts)
    {
        for (var place = 0; place < constraints.Count; place++)
        {
            if (!facts.Parameters.Contains(constraints[place].Parameter))
            {
                return false;
            }
        }

        return true;
    }
}
