using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Judges resources by the grants and scopes under which one request was permitted: some grant and some scope must admit the whole of it.
/// </summary>
/// <remarks>
/// A resource whose owner could not be established is withheld under every grant, also one for any patient. One that was read through and
/// names no patient at all (of a group, of a device)
/// leaves to the hospital's own clients under a grant for any patient, never to a partner or an AI agent, and is recorded as undetermined.
/// </remarks>
internal sealed class GrantReleasePolicy : ReleasePolicy
{
    private readonly AccessReach _reach;
    private readonly ReleaseLane[] _lanes;
    private NeededParameters? _parameters;

    internal GrantReleasePolicy(AccessReach reach, ReleaseLane[] lanes)
    {
        _reach = reach;
        _lanes = lanes;
        foreach (var lane in lanes)
        {
            if (!lane.Type.IsNone)
            {
                Types = Types.With(lane.Type);
                continue;
            }

            for (var place = 0; place < reach.UseCase.Grants.Length; place++)
            {
                Types = (lane.Grants >> place & 1) == 1 ? Types.Union(reach.UseCase.Grants[place].Types) : Types;
            }
        }
    }

    /// <summary>Whether a grant for any patient lets out what cannot be attributed; false by default.</summary>
    internal bool AdmitsUndetermined { get; init; }

    public override ResourceTypeSet Types { get; }

    public override IReadOnlyList<string> ParametersNeeded(ResourceType type)
    {
        // An answer mostly holds one type: remember the last.
        var known = _parameters;
        if (known is null || known.Type != type)
        {
            _parameters = known = new NeededParameters(type, FindParameters(type));
        }

        return known.Names;
    }

    public override ElementSet ElementsOf(ResourceType type) => _reach.UseCase.ElementsOf(GrantsOf(type));

    public override ElementSet ElementsOfContained(ResourceType type)
    {
        var grants = 0UL;
        for (var place = 0; place < _reach.UseCase.Grants.Length; place++)
        {
            grants |= _reach.UseCase.Grants[place].Types.Contains(type) ? 1UL << place : 0;
        }

        return grants == 0 ? ElementSet.All : _reach.UseCase.ElementsOf(grants);
    }

    public override ReleaseVerdict Judge(ResourceFacts facts)
    {
        var nearest = WithholdReason.NotCovered;
        var admitted = Admit(facts, newPatient: false, ref nearest);
        return admitted == 0
            ? ReleaseVerdict.Withheld(nearest)
            : ReleaseVerdict.Released(_reach.UseCase.ElementsOf(admitted), _reach.UseCase.RuleOf(admitted));
    }

    /// <summary>The grants that admit a resource, as bits; with none, the reason of the one that came nearest.</summary>
    /// <param name="facts">The resource.</param>
    /// <param name="newPatient">It is a Patient about to be created, who has no id yet and is on nobody's roster: only a grant for any
    /// patient admits it.</param>
    /// <param name="nearest">Why not.</param>
    internal ulong Admit(ResourceFacts facts, bool newPatient, ref WithholdReason nearest)
    {
        if (facts.Unjudgeable || facts.Type.IsNone)
        {
            nearest = WithholdReason.Unjudgeable;
            return 0;
        }

        if (_reach.TenantTag is { } tag && !FactMatching.IsOfTenant(facts, tag))
        {
            nearest = WithholdReason.OutsideTenant;
            return 0;
        }

        var admitted = 0UL;
        foreach (var lane in _lanes)
        {
            if (lane.Type.IsNone || lane.Type == facts.Type)
            {
                admitted |= AdmitIn(lane, facts, newPatient, ref nearest);
            }
        }

        return admitted;
    }

    private static bool IsNearer(WithholdReason reason, WithholdReason than) => Nearness(reason) > Nearness(than);

    // In the order of the checks below: the later the check that failed, the nearer the grant.
    private static int Nearness(WithholdReason reason) =>
        reason switch
        {
            WithholdReason.OutsidePatients => 1,
            WithholdReason.UndeterminedPatient => 2,
            WithholdReason.Condition => 3,
            WithholdReason.Confidentiality => 4,
            WithholdReason.Label => 5,
            _ => 0,
        };

    private ulong AdmitIn(in ReleaseLane lane, ResourceFacts facts, bool newPatient, ref WithholdReason nearest)
    {
        var type = lane.CalledOn.IsNone ? facts.Type : lane.CalledOn;
        var areValues = !lane.CalledOn.IsNone && facts.NamesNoPatient;
        if (!ScopesAdmit(lane.Needed, type, facts, newPatient, areValues, ref nearest))
        {
            return 0;
        }

        var admitted = 0UL;
        for (var place = 0; place < _reach.UseCase.Grants.Length; place++)
        {
            if ((lane.Grants >> place & 1) == 0 || !_reach.UseCase.Grants[place].Types.Contains(type))
            {
                continue;
            }

            var reason = GrantAdmits(place, facts, newPatient, areValues);
            if (reason == WithholdReason.None)
            {
                admitted |= 1UL << place;
            }
            else if (IsNearer(reason, nearest))
            {
                nearest = reason;
            }
        }

        return admitted;
    }

    private bool ScopesAdmit(
        ScopeRights needed,
        ResourceType type,
        ResourceFacts facts,
        bool newPatient,
        bool areValues,
        ref WithholdReason nearest
    )
    {
        var got = ScopeRights.None;
        var scopes = _reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            var scope = scopes[place];
            if ((scope.Rights & needed) == 0 || !scope.Types.Contains(type) || !_reach.IsUsable(scope))
            {
                continue;
            }

            var reason =
                !areValues && !ScopeCoversOwners(scope, facts, newPatient) ? WithholdReason.OutsidePatients
                : !FactMatching.Satisfies(facts, scope.Where) ? WithholdReason.Condition
                : WithholdReason.None;
            if (reason == WithholdReason.None)
            {
                got |= scope.Rights;
            }
            else if (IsNearer(reason, nearest))
            {
                nearest = reason;
            }
        }

        return needed != 0 && (got & needed) == needed;
    }

    // Under a patient/ scope data that is nobody's record may be read when the scope names its type (standards: reference data).
    private bool ScopeCoversOwners(SmartScope scope, ResourceFacts facts, bool newPatient)
    {
        if (scope.Level != ScopeLevel.Patient || facts.Owner == OwnerState.NotPatientData)
        {
            return true;
        }

        if (newPatient || facts.HasNewOwner || facts.Owner != OwnerState.Known || facts.Owners.Count == 0)
        {
            return false;
        }

        for (var place = 0; place < facts.Owners.Count; place++)
        {
            if (!_reach.ScopeCovers(scope, facts.Owners[place]))
            {
                return false;
            }
        }

        return true;
    }

    // Values that an operation answers with are nobody's where they name no patient: the part says what they are about.
    private WithholdReason GrantAdmits(int place, ResourceFacts facts, bool newPatient, bool areValues)
    {
        var grant = _reach.UseCase.Grants[place];
        var owner = areValues ? Nobodys(grant) : OwnersCovered(place, grant, facts, newPatient);
        if (owner != WithholdReason.None)
        {
            return owner;
        }

        if (!FactMatching.Satisfies(facts, grant.Where))
        {
            return WithholdReason.Condition;
        }

        if (facts.Confidentiality > grant.Ceiling)
        {
            return WithholdReason.Confidentiality;
        }

        return FactMatching.LabelsPermitted(facts, grant) ? WithholdReason.None : WithholdReason.Label;
    }

    private static WithholdReason Nobodys(GrantRule grant) =>
        grant.Reach is PatientReach.None or PatientReach.Any ? WithholdReason.None : WithholdReason.OutsidePatients;

    // Owners must all be covered by the same grant: a record of two patients belongs to both.
    private WithholdReason OwnersCovered(int place, GrantRule grant, ResourceFacts facts, bool newPatient)
    {
        if (newPatient)
        {
            return grant.Reach == PatientReach.Any ? WithholdReason.None : WithholdReason.OutsidePatients;
        }

        if (facts.Owner == OwnerState.NotPatientData)
        {
            return Nobodys(grant);
        }

        if (facts.Owner != OwnerState.Known || (facts.Owners.Count == 0 && !facts.HasNewOwner))
        {
            return AdmitsUndetermined && facts.NamesNoPatient && grant.Reach == PatientReach.Any
                ? WithholdReason.None
                : WithholdReason.UndeterminedPatient;
        }

        if (facts.HasNewOwner && grant.Reach != PatientReach.Any)
        {
            return WithholdReason.OutsidePatients;
        }

        for (var owner = 0; owner < facts.Owners.Count; owner++)
        {
            if (!_reach.GrantCovers(place, facts.Owners[owner], facts.Type, facts.Id))
            {
                return WithholdReason.OutsidePatients;
            }
        }

        return WithholdReason.None;
    }

    private ulong GrantsOf(ResourceType type)
    {
        var grants = 0UL;
        foreach (var lane in _lanes)
        {
            grants |= lane.Type == type || lane.Type.IsNone ? lane.Grants : 0;
        }

        for (var place = 0; place < _reach.UseCase.Grants.Length; place++)
        {
            grants &= _reach.UseCase.Grants[place].Types.Contains(type) ? ulong.MaxValue : ~(1UL << place);
        }

        return grants;
    }

    private IReadOnlyList<string> FindParameters(ResourceType type)
    {
        List<string>? names = _reach.TenantTag is null ? null : [FactMatching.TagParameter];
        var grants = GrantsOf(type);
        for (var place = 0; place < _reach.UseCase.Grants.Length; place++)
        {
            if ((grants >> place & 1) == 1)
            {
                FactMatching.AddParameters(_reach.UseCase.Grants[place].Where, ref names);
            }
        }

        var scopes = _reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            if (scopes[place].Types.Contains(type))
            {
                FactMatching.AddParameters(scopes[place].Where, ref names);
            }
        }

        return names is null ? [] : names;
    }

    private sealed record NeededParameters(ResourceType Type, IReadOnlyList<string> Names);
}
