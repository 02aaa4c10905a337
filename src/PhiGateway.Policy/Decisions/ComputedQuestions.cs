using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Says whether a client may have an answer that is worked out from records which it does not show (a measure's report, gaps in care): only
/// where none of these records could be withheld from it, since no filter follows.
/// </summary>
internal static class ComputedQuestions
{
    /// <summary>Whether every record of the patients that are meant would leave, of every type that the answer may rest on.</summary>
    internal static bool SeesAll(DecisionRun run, AccessPart part)
    {
        // A server works it out over all tenants' records, and over more than a task is for.
        if (run.Task is not null || run.Request.TenantTag is not null)
        {
            return false;
        }

        foreach (var type in part.ComputedOver.Members())
        {
            if (!SeesAllOf(run, part with { Interaction = Interaction.SearchType, Id = null, Type = type }))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SeesAllOf(DecisionRun run, AccessPart part)
    {
        var grants = PartRights.Grants(part, run.UseCase);
        for (var place = 0; place < part.Patients.Count; place++)
        {
            if (!IsSeen(run, part.Type, grants, part.Patients[place]))
            {
                return false;
            }
        }

        return part.Patients.Count > 0 || IsSeen(run, part.Type, grants, null);
    }

    // Of one patient; null: of anybody.
    private static bool IsSeen(DecisionRun run, ResourceType type, GrantSet grants, PatientId? patient)
    {
        if (!ScopesLetSee(run.Reach, type, patient))
        {
            return false;
        }

        foreach (var place in grants)
        {
            var grant = run.UseCase.Grants[place];
            if (
                grant is { Ceiling: Confidentiality.VeryRestricted, Where.Length: 0, Elements.IsAll: true }
                && Reaches(run.Reach, place, grant, type, patient)
                && WalkQuestions.PermitsEveryLabel(run, grant, isLookedUp: false)
            )
            {
                return true;
            }
        }

        return false;
    }

    private static bool Reaches(AccessReach reach, int place, GrantRule grant, ResourceType type, PatientId? patient) =>
        grant.Reach switch
        {
            PatientReach.Any => true,
            PatientReach.Roster or PatientReach.Context => patient is { } one && reach.GrantCovers(place, one, type, null),
            _ => false,
        };

    private static bool ScopesLetSee(AccessReach reach, ResourceType type, PatientId? patient)
    {
        var got = ScopeRights.None;
        var scopes = reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            var scope = scopes[place];
            var isOfAll = patient is { } one ? reach.ScopeCovers(scope, one) : !reach.IsConfined(scope);
            if (isOfAll && scope.Where.Count == 0 && scope.Types.Contains(type) && reach.IsUsable(scope))
            {
                got |= scope.Rights;
            }
        }

        return (got & (ScopeRights.Read | ScopeRights.Search)) == (ScopeRights.Read | ScopeRights.Search);
    }
}
