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

        // What can be looked up is: the records themselves say whether one of them stays for another label.
        // What speaks of a record that stays would not be released either.
        // Nor is what nobody can attribute, to whom that is not shown; where it is looked up it is seen.
        var whole = Whole(run, part, needed, grants, isLookedUp: part.IsResolvable);
        var isAttributed = part.IsResolvable || part.IsAttributed || PermitFactory.IsOwnStaff(run);
        if (!whole.IsEmpty && isAttributed && (!SpeakingTypes.All.Contains(part.Type) || ShowsWhateverIsRead(run)))
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
    /// sensitivity, whatever other label any grant of the registry names; none where a scope leaves some out. The one question whether
    /// anything of a type may be withheld from a client.
    /// </summary>
    /// <param name="run">The decision.</param>
    /// <param name="part">The part.</param>
    /// <param name="needed">Letters that a scope must have.</param>
    /// <param name="grants">Those that are asked about.</param>
    /// <param name="isLookedUp">The records are looked at before anything is told of them: labels besides HL7's are seen then.</param>
    internal static GrantSet Whole(DecisionRun run, AccessPart part, ScopeRights needed, GrantSet grants, bool isLookedUp = false)
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
                && PermitsEveryLabel(run, grant, isLookedUp)
                && FactMatching.AreMetBy(grant.Where, part.Conditions);
            open = isWhole ? open.With(place) : open;
        }

        return open;
    }

    /// <summary>
    /// Whether this client is shown every record of whatever it may read or search at all: then nothing that speaks of others stays for what
    /// it speaks of. One of a type that it may not see keeps nothing back. Who is not shown what nobody can attribute is not shown all.
    /// </summary>
    /// <remarks>Asked once a decision: a request may hold thousands of chains.</remarks>
    internal static bool ShowsWhateverIsRead(DecisionRun run) => run.ShowsWhateverIsRead ??= ShowsAllThatIsRead(run);

    private static bool ShowsAllThatIsRead(DecisionRun run)
    {
        if (!PermitFactory.IsOwnStaff(run))
        {
            return false;
        }

        foreach (var type in ResourceType.All)
        {
            var read = new AccessPart { Interaction = Interaction.Read, Type = type };
            var readers = run.Reach.Usable(PartRights.Viewers(read, run.UseCase));
            if (!readers.IsEmpty && (Withholds(run, read, readers, ScopeRights.Read) || Withholds(run, read, readers, ScopeRights.Search)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Withholds(DecisionRun run, AccessPart part, GrantSet readers, ScopeRights right) =>
        run.Reach.ScopesGrant(part.Type, right, usableOnly: true) && Whole(run, part, right, readers).IsEmpty;

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

    internal static bool PermitsEveryLabel(DecisionRun run, GrantRule grant, bool isLookedUp)
    {
        foreach (var group in ActCodes.Sensitivities)
        {
            if (!grant.PermitsLabel(group))
            {
                return false;
            }
        }

        return isLookedUp || run.Snapshot.Labels.ArePermittedBy(grant);
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
