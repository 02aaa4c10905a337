using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>May a search look over records that it does not return? Asked of chains, reverse chains and the searches of conditions.</summary>
/// <remarks>
/// What is walked but not returned answers yes or no about every record that it could match. So a chain goes upstream as it is only where
/// each of these records would be released to this client; else it is looked up by a search of its own, which is judged record by record,
/// or refused where that cannot be done.
/// </remarks>
internal static class WalkQuestions
{
    // Together they hold every sensitivity that HL7 has a code for (v3-InformationSensitivityPolicy).
    private static readonly SecurityLabel[] Sensitivities =
    [
        new(ActCodes.System, "_ActInformationSensitivityPolicy"),
        new(ActCodes.System, "_EntitySensitivityPolicyType"),
        new(ActCodes.System, "_RoleInformationSensitivityPolicy"),
    ];

    /// <summary>The grants under which the part may be searched, as bits; none: it may not.</summary>
    internal static ulong Open(DecisionRun run, AccessPart part, ScopeRights needed, ulong grants)
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

        if (Whole(run, part, needed, grants) is var whole and not 0)
        {
            return whole;
        }

        if (!part.IsResolvable)
        {
            return 0;
        }

        run.ResolvesWalks |= grants != 0;
        return grants;
    }

    /// <summary>
    /// Those of these grants under which every record of the part's type would leave: of anybody, however confidential, whatever its
    /// sensitivity; none where a scope leaves some out.
    /// </summary>
    internal static ulong Whole(DecisionRun run, AccessPart part, ScopeRights needed, ulong grants) =>
        ScopeShowsAll(run, part, needed) ? Whole(run.UseCase, part, grants) : 0;

    private static ulong Meeting(UseCaseEntry useCase, AccessPart part, ulong grants)
    {
        var open = 0UL;
        for (var place = 0; place < useCase.Grants.Length; place++)
        {
            var meets = (grants >> place & 1) == 1 && FactMatching.AreMetBy(useCase.Grants[place].Where, part.Conditions);
            open |= meets ? 1UL << place : 0;
        }

        return open;
    }

    private static ulong HighestOf(UseCaseEntry useCase, ulong grants)
    {
        for (var place = 0; place < useCase.Grants.Length; place++)
        {
            if (useCase.Grants[place].Ceiling != Confidentiality.VeryRestricted)
            {
                grants &= ~(1UL << place);
            }
        }

        return grants;
    }

    private static ulong Whole(UseCaseEntry useCase, AccessPart part, ulong grants)
    {
        var open = 0UL;
        for (var place = 0; place < useCase.Grants.Length; place++)
        {
            var grant = useCase.Grants[place];
            var isWhole =
                (grants >> place & 1) == 1
                && grant is { Reach: PatientReach.Any, Ceiling: Confidentiality.VeryRestricted }
                && PermitsEverySensitivity(grant)
                && FactMatching.AreMetBy(grant.Where, part.Conditions);
            open |= isWhole ? 1UL << place : 0;
        }

        return open;
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
                && scope.Level != ScopeLevel.Patient
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
