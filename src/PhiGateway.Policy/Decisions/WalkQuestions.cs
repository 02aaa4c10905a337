using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Finds the grants under which a search may look over records that it does not return: chains, reverse chains and the searches of
/// conditions.
/// </summary>
/// <remarks>
/// What is walked but not returned answers yes or no about every record that it could match. So a chain goes upstream as it is only where
/// each of these records would be released to this client; else it is looked up by a search of its own, which is judged record by record,
/// or refused where that cannot be done.
/// </remarks>
internal static class WalkQuestions
{
    // Together they hold every sensitivity that HL7 has a code for (v3-InformationSensitivityPolicy).
    internal static readonly SecurityLabel[] Sensitivities =
    [
        new(ActCodes.System, "_ActInformationSensitivityPolicy"),
        new(ActCodes.System, "_EntitySensitivityPolicyType"),
        new(ActCodes.System, "_RoleInformationSensitivityPolicy"),
    ];

    /// <summary>The grants under which the part may be searched; none: it may not.</summary>
    internal static GrantSet Open(DecisionRun run, AccessPart part, ScopeRights needed, GrantSet grants)
    {
        switch (part.Role)
        {
            case PartRole.Condition:
                return Meeting(run.UseCase, part, grants);
            case PartRole.Chain or PartRole.ReverseChain:
                break;
            default:
                return grants;
        }

        // The sharpest of these questions must be named in the use case, or be asked by one who may see the most confidential anyway.
        if (part.Role == PartRole.ReverseChain && !PartRights.NamesInclude(run.UseCase, part.Include))
        {
            grants = HighestOf(run.UseCase, grants);
        }

        var whole = Whole(run, part, needed, grants);
        if (!whole.IsEmpty)
        {
            return whole;
        }

        if (!part.IsResolvable)
        {
            return default;
        }

        run.ResolvesWalks |= !grants.IsEmpty;
        return grants;
    }

    /// <summary>
    /// Those of these grants under which every record of the part's type would leave: of anybody, however confidential, whatever its
    /// sensitivity; none where a scope leaves some out.
    /// </summary>
    internal static GrantSet Whole(DecisionRun run, AccessPart part, ScopeRights needed, GrantSet grants)
    {
        var open = default(GrantSet);
        if (run.Task is not null || !ScopeShowsAll(run, part, needed))
        {
            return open;
        }

        foreach (var place in grants)
        {
            var grant = run.UseCase.Grants[place];
            var isWhole =
                grant is { Reach: PatientReach.Any, Ceiling: Confidentiality.VeryRestricted }
                && PermitsEverySensitivity(grant)
                && FactMatching.AreMetBy(grant.Where, part.Conditions);
            open = isWhole ? open.With(place) : open;
        }

        return open;
    }

    private static GrantSet Meeting(UseCaseEntry useCase, AccessPart part, GrantSet grants)
    {
        var open = default(GrantSet);
        foreach (var place in grants)
        {
            open = FactMatching.AreMetBy(useCase.Grants[place].Where, part.Conditions) ? open.With(place) : open;
        }

        return open;
    }

    private static GrantSet HighestOf(UseCaseEntry useCase, GrantSet grants)
    {
        var highest = default(GrantSet);
        foreach (var place in grants)
        {
            highest = useCase.Grants[place].Ceiling == Confidentiality.VeryRestricted ? highest.With(place) : highest;
        }

        return highest;
    }

    private static bool PermitsEverySensitivity(GrantRule grant)
    {
        foreach (var group in Sensitivities)
        {
            if (!grant.PermitsLabel(group))
            {
                return false;
            }
        }

        return true;
    }

    private static bool ScopeShowsAll(DecisionRun run, AccessPart part, ScopeRights needed)
    {
        var scopes = run.Reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            var scope = scopes[place];
            if (
                (scope.Rights & needed) == needed
                && !run.Reach.IsConfined(scope)
                && scope.Types.Contains(part.Type)
                && run.Reach.IsUsable(scope)
                && FactMatching.AreMetBy(scope.Where, part.Conditions)
            )
            {
                return true;
            }
        }

        return false;
    }
}
