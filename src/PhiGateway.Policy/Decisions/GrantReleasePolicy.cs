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
    private readonly ReleaseLane[]? _lanesOfHeld;
    private NeededParameters? _parameters;
    private GrantReleasePolicy? _ofHeld;

    internal GrantReleasePolicy(AccessReach reach, ReleaseLane[] lanes)
        : this(reach, Array.Exists(lanes, static lane => lane.OfHeld) ? Array.FindAll(lanes, static lane => !lane.OfHeld) : lanes, lanes)
    { }

    private GrantReleasePolicy(AccessReach reach, ReleaseLane[] lanes, ReleaseLane[] lanesOfHeld)
    {
        _reach = reach;
        _lanes = lanes;
        _lanesOfHeld = ReferenceEquals(lanes, lanesOfHeld) ? null : lanesOfHeld;
        foreach (var lane in lanes)
        {
            if (!lane.Type.IsNone)
            {
                Types = Types.With(lane.Type);
                continue;
            }

            foreach (var place in lane.Grants)
            {
                Types = Types.Union(reach.UseCase.Grants[place].Types);
            }
        }
    }

    /// <summary>Whether a grant for any patient lets out what cannot be attributed; false by default.</summary>
    internal bool AdmitsUndetermined { get; init; }

    /// <summary>The same of what is complete without saying whose it is; false by default.</summary>
    internal bool AdmitsUnnamed { get; init; }

    /// <summary>
    /// Parameters of which nobody knows what the judged record will say by them: under a condition on one it is not admitted. Empty by default.
    /// </summary>
    internal IReadOnlyList<string> Unsettled { get; init; } = [];

    /// <summary>What was asked for; null: it judges no answer to a request.</summary>
    internal DecisionRun? Asked { get; init; }

    internal AccessReach Reach => _reach;

    public override ResourceTypeSet Types { get; }

    public override ReleasePolicy OfHeld =>
        _lanesOfHeld is { } lanes
            ? _ofHeld ??= new GrantReleasePolicy(_reach, lanes, lanes)
            {
                AdmitsUndetermined = AdmitsUndetermined,
                AdmitsUnnamed = AdmitsUnnamed,
            }
            : this;

    public override IReadOnlyList<SecurityLabel> KnownLabels => _reach.KnownLabels;

    public override string? CoverageAsked(PatientId patient) => Asked is null ? null : PatientCoverage.OfAsked(Asked, patient);

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
        // A grant that only writes lets nothing out; of what no grant shows nobody said what to leave out.
        var showing = default(GrantSet);
        foreach (var place in NamingType(type))
        {
            showing = _reach.UseCase.Grants[place].ShowsRecords ? showing.With(place) : showing;
        }

        if (showing.IsEmpty)
        {
            return ElementSet.All;
        }

        var usable = _reach.Usable(showing);
        return _reach.UseCase.ElementsOf(usable.IsEmpty ? showing : usable);
    }

    public override ReleaseVerdict Judge(ResourceFacts facts)
    {
        var admission = Admit(facts, OwnersAsked.All);
        if (admission.Grants.IsEmpty)
        {
            return ReleaseVerdict.Withheld(admission.Nearest);
        }

        var elements = _reach.UseCase.ElementsOf(admission.Grants);
        if (!AdmitsUndetermined && facts.Owner == OwnerState.NotPatientData)
        {
            elements = OpenSchedule.Narrow(elements, facts.Type);
        }

        return ReleaseVerdict.Released(elements, _reach.UseCase.RuleOf(admission.Grants), this, admission.Grants);
    }

    public override WithholdReason JudgeWhosever(ResourceFacts facts)
    {
        var admission = Admit(facts, OwnersAsked.Nobody);
        return admission.Grants.IsEmpty ? admission.Nearest : WithholdReason.None;
    }

    /// <summary>The grants that admit a resource; with none, the reason of the one that came nearest.</summary>
    /// <param name="facts">The resource.</param>
    /// <param name="newPatient">It is a Patient about to be created, who has no id yet and is on nobody's roster: only a grant for any
    /// patient admits it.</param>
    internal Admission Admit(ResourceFacts facts, bool newPatient) => Admit(facts, newPatient ? OwnersAsked.NewPatient : OwnersAsked.All);

    private Admission Admit(ResourceFacts facts, OwnersAsked asked)
    {
        if (facts.Unjudgeable || facts.Type.IsNone)
        {
            return Admission.Refused(WithholdReason.Unjudgeable);
        }

        if (_reach.TenantTag is { } tag && !FactMatching.IsOfTenant(facts, tag))
        {
            return Admission.Refused(WithholdReason.OutsideTenant);
        }

        var admission = Admission.None;
        foreach (var lane in _lanes)
        {
            if (lane.Type.IsNone || lane.Type == facts.Type)
            {
                admission = admission.Or(AdmitIn(lane, facts, asked));
            }
        }

        return admission;
    }

    private Admission AdmitIn(in ReleaseLane lane, ResourceFacts facts, OwnersAsked asked)
    {
        if (!lane.CalledOn.IsNone && lane.OfNamed != (facts.Owner == OwnerState.Known))
        {
            return Admission.Refused(WithholdReason.UndeterminedPatient);
        }

        // Values that an operation answers with are nobody's where they name no patient: the part says what they are about.
        var type = lane.CalledOn.IsNone ? facts.Type : lane.CalledOn;
        asked = !lane.CalledOn.IsNone && facts.NamesNoPatient ? OwnersAsked.OfValues : asked;
        var admission = ScopesAdmit(lane.Needed, type, facts, asked, out var enough);
        if (!enough)
        {
            return admission;
        }

        foreach (var place in lane.Grants)
        {
            if (_reach.UseCase.Grants[place].Types.Contains(type))
            {
                var reason = GrantAdmits(place, facts, asked);
                admission = admission.Or(reason == WithholdReason.None ? Admission.Under(place) : Admission.Refused(reason));
            }
        }

        return admission;
    }

    // Admits nothing itself: says whether the scopes add up, and of those that do not cover the resource the one that came nearest.
    private Admission ScopesAdmit(ScopeRights needed, ResourceType type, ResourceFacts facts, OwnersAsked asked, out bool enough)
    {
        var nearest = Admission.None;
        var got = ScopeRights.None;
        var scopes = _reach.Scopes.Scopes;
        for (var place = 0; place < scopes.Count; place++)
        {
            var scope = scopes[place];
            if ((scope.Rights & needed) == 0 || !scope.Types.Contains(type) || !_reach.IsUsable(scope))
            {
                continue;
            }

            var reason = ScopeAdmits(scope, facts, asked);
            if (reason == WithholdReason.None)
            {
                got |= scope.Rights;
            }
            else
            {
                nearest = nearest.Or(Admission.Refused(reason));
            }
        }

        enough = needed != 0 && (got & needed) == needed;
        return nearest;
    }

    private WithholdReason ScopeAdmits(SmartScope scope, ResourceFacts facts, OwnersAsked asked)
    {
        var isCovered = asked is OwnersAsked.OfValues or OwnersAsked.Nobody || ScopeCoversOwners(scope, facts, asked);
        if (!isCovered)
        {
            return WithholdReason.OutsidePatients;
        }

        return Satisfies(facts, scope.Where) ? WithholdReason.None : WithholdReason.Condition;
    }

    // Under a scope for one patient data that is nobody's record may be read when the scope names its type (standards: reference data).
    private bool ScopeCoversOwners(SmartScope scope, ResourceFacts facts, OwnersAsked asked)
    {
        if (!_reach.IsConfined(scope) || facts.Owner == OwnerState.NotPatientData)
        {
            return true;
        }

        if (asked == OwnersAsked.NewPatient || facts.HasNewOwner || facts.Owner != OwnerState.Known || facts.Owners.Count == 0)
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

    private WithholdReason GrantAdmits(int place, ResourceFacts facts, OwnersAsked asked)
    {
        var grant = _reach.UseCase.Grants[place];
        var owner = asked switch
        {
            OwnersAsked.Nobody => WithholdReason.None,
            OwnersAsked.OfValues => Nobodys(grant, facts.Type),
            _ => OwnersCovered(place, grant, facts, asked),
        };
        if (owner != WithholdReason.None)
        {
            return owner;
        }

        if (!Satisfies(facts, grant.Where))
        {
            return WithholdReason.Condition;
        }

        if (facts.Confidentiality > grant.Ceiling)
        {
            return WithholdReason.Confidentiality;
        }

        return FactMatching.LabelsPermitted(facts, grant) ? WithholdReason.None : WithholdReason.Label;
    }

    private bool Satisfies(ResourceFacts facts, IReadOnlyList<TokenConstraint> where)
    {
        for (var place = 0; Unsettled.Count > 0 && place < where.Count; place++)
        {
            if (Unsettled.Contains(where[place].Parameter) || Unsettled.Contains(AccessPart.AnyParameter))
            {
                return false;
            }
        }

        return FactMatching.Satisfies(facts, where);
    }

    private WithholdReason Nobodys(GrantRule grant, ResourceType type) =>
        grant.Reach is PatientReach.None or PatientReach.Any && _reach.TaskAdmitsNobodys(type)
            ? WithholdReason.None
            : WithholdReason.OutsidePatients;

    // Whoever is somebody new, or of whom nobody knows who they are, is not the patient of a task; what the type asks of the sign-in is
    // asked of them too.
    private bool CoversAnybody(GrantRule grant, ResourceType type) =>
        grant.Reach == PatientReach.Any && _reach.Task is null && _reach.TaskAdmitsNobodys(type);

    // Owners must all be covered by the same grant: a record of two patients belongs to both.
    private WithholdReason OwnersCovered(int place, GrantRule grant, ResourceFacts facts, OwnersAsked asked)
    {
        if (asked == OwnersAsked.NewPatient)
        {
            return CoversAnybody(grant, facts.Type) ? WithholdReason.None : WithholdReason.OutsidePatients;
        }

        if (facts.Owner == OwnerState.NotPatientData)
        {
            return Nobodys(grant, facts.Type);
        }

        if (facts.Owner != OwnerState.Known || (facts.Owners.Count == 0 && !facts.HasNewOwner))
        {
            var isAdmitted = facts.NamesNoPatient && (AdmitsUndetermined || (AdmitsUnnamed && facts.NeedNameNoPatient));
            return isAdmitted && CoversAnybody(grant, facts.Type) ? WithholdReason.None : WithholdReason.UndeterminedPatient;
        }

        if (facts.HasNewOwner && !CoversAnybody(grant, facts.Type))
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

    private GrantSet GrantsOf(ResourceType type)
    {
        var grants = default(GrantSet);
        foreach (var lane in _lanes)
        {
            grants = lane.Type == type || lane.Type.IsNone ? grants.Union(lane.Grants) : grants;
        }

        return grants.Intersect(NamingType(type));
    }

    private GrantSet NamingType(ResourceType type)
    {
        var grants = default(GrantSet);
        for (var place = 0; place < _reach.UseCase.Grants.Length; place++)
        {
            grants = _reach.UseCase.Grants[place].Types.Contains(type) ? grants.With(place) : grants;
        }

        return grants;
    }

    private IReadOnlyList<string> FindParameters(ResourceType type)
    {
        List<string>? names = _reach.TenantTag is null ? null : [FactMatching.TagParameter];
        foreach (var place in GrantsOf(type))
        {
            FactMatching.AddParameters(_reach.UseCase.Grants[place].Where, ref names);
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

    // Which of a resource's owners the grants and scopes are asked about.
    private enum OwnersAsked : byte
    {
        All,

        // It is a Patient about to be created.
        NewPatient,

        // Values that an operation answers with, which name no patient.
        OfValues,

        // Whose it is was asked elsewhere.
        Nobody,
    }

    private sealed record NeededParameters(ResourceType Type, IReadOnlyList<string> Names);
}
