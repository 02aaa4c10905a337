using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Computes the parameters that can be added to a search without losing anything that might leave. They spare the upstream work; the filter
/// of the answer is the guarantee.
/// </summary>
internal static class SearchNarrowing
{
    /// <summary>Conditions that every releasable resource satisfies and the request does not state already.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Parameters(AccessReach reach, GrantSet grants, AccessPart part)
    {
        List<KeyValuePair<string, string>>? added = null;

        // With one grant, or one scope, all that may leave satisfies its conditions; with several, a resource may satisfy any.
        if (grants.IsSingle)
        {
            var grant = reach.UseCase.Grants[grants.First];
            for (var place = 0; place < grant.Where.Length; place++)
            {
                if (!FactMatching.IsMetBy(grant.Where[place], part.Conditions))
                {
                    (added ??= []).Add(grant.WhereParameters[place]);
                }
            }
        }

        if (OnlyScope(reach, part) is { } scope)
        {
            Add(scope.Where, part, ref added);
        }

        return added is null ? [] : added;
    }

    /// <summary>The patients outside of whose records nothing can leave; empty when they are many, or cannot be told.</summary>
    internal static IReadOnlyList<PatientId> Patients(AccessReach reach, GrantSet grants, AccessPart part, int most, int mostWalked)
    {
        if (!grants.IsSingle)
        {
            return AllContext(reach, grants) ? [reach.Context!.Value] : [];
        }

        var grant = grants.First;
        return reach.UseCase.Grants[grant].Reach switch
        {
            // Nobody's data may not be cut off by an owner that it does not have.
            PatientReach.None => [],
            PatientReach.Context when reach.Context is { } patient => [patient],
            PatientReach.Task or PatientReach.Roster when reach.Task is { } task => [task.Patient],
            _ when reach.Context is { } patient && OnlyPatientScopes(reach, part) => [patient],
            PatientReach.Roster when reach.RosterOf(grant).CurrentIfFew(mostWalked, reach.Ticks) is { } members && members.Count <= most =>
                members,
            _ => [],
        };
    }

    private static void Add(IReadOnlyList<TokenConstraint> constraints, AccessPart part, ref List<KeyValuePair<string, string>>? added)
    {
        for (var place = 0; place < constraints.Count; place++)
        {
            if (!FactMatching.IsMetBy(constraints[place], part.Conditions))
            {
                (added ??= []).Add(constraints[place].ToParameter());
            }
        }
    }

    // FHIR R4 search 3.1.1.4.0.1: comma, dollar and backslash in a value are escaped; the one bar between system and code is not.
    private static SmartScope? OnlyScope(AccessReach reach, AccessPart part)
    {
        SmartScope? only = null;
        var scopes = reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            if (
                scopes[place].Types.Contains(part.Type)
                && (scopes[place].Rights & ScopeRights.Search) != 0
                && reach.IsUsable(scopes[place])
            )
            {
                if (only is not null)
                {
                    return null;
                }

                only = scopes[place];
            }
        }

        return only;
    }

    private static bool OnlyPatientScopes(AccessReach reach, AccessPart part)
    {
        var scopes = reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            if (
                !reach.IsConfined(scopes[place])
                && scopes[place].Types.Contains(part.Type)
                && (scopes[place].Rights & ScopeRights.Search) != 0
                && reach.IsUsable(scopes[place])
            )
            {
                return false;
            }
        }

        return true;
    }

    private static bool AllContext(AccessReach reach, GrantSet grants)
    {
        foreach (var place in grants)
        {
            if (reach.UseCase.Grants[place].Reach != PatientReach.Context)
            {
                return false;
            }
        }

        return reach.Context is not null;
    }
}
