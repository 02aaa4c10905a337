using System.Text;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>Collects what a resource says about whose record it is while it is read, and concludes the owners for its facts.</summary>
internal sealed class OwnerLedger
{
    private readonly List<PatientId> _owners = new(4);
    private readonly List<PatientId> _others = new(4);
    private readonly List<PatientId> _contained = new(4);
    private readonly List<ResourceName> _targets = [];
    private readonly byte[] _lastBytes = new byte[64];
    private int _lastLength;
    private PatientId _last;
    private bool _unresolved;
    private bool _relatedPerson;
    private bool _nobody;
    private bool _otherUnresolved;
    private bool _containedUnresolved;
    private bool _unreadable;
    private bool _described;
    private bool _bystander;
    private bool _otherSomebodys;

    /// <summary>
    /// What a resource that speaks of others points at, each by its name; all of it when <see cref="AreTargetsRead"/>.
    /// </summary>
    public IReadOnlyList<ResourceName> Targets => _targets;

    /// <summary>Every target is a literal reference to something here.</summary>
    public bool AreTargetsRead => !_unreadable && !_described && !_containedUnresolved;

    /// <summary>An owner element was there, whatever it held.</summary>
    public bool Named => _owners.Count > 0 || _unresolved || _relatedPerson || _nobody || _bystander;

    /// <summary>Somebody is named, by no name of this server.</summary>
    public bool IsDescribed => _described;

    /// <summary>
    /// Whose record it is hangs on the patients whom it names elsewhere than in its owner elements, or would if it named one there.
    /// </summary>
    public bool CountsOthers { get; private set; }

    public void Reset()
    {
        _owners.Clear();
        _others.Clear();
        _contained.Clear();
        _targets.Clear();
        _unreadable = _unresolved = _relatedPerson = _nobody = _otherUnresolved = _containedUnresolved = false;
        _described = _bystander = _otherSomebodys = false;
    }

    /// <summary>Forgets every id.</summary>
    public void Forget()
    {
        Reset();
        _last = default;
        _lastLength = 0;
        _lastBytes.AsSpan().Clear();
    }

    /// <summary>An owner element that is no readable reference.</summary>
    public void Unresolved(bool contained)
    {
        _unreadable = true;
        Elsewhere(contained);
    }

    /// <summary>Whose record it is stands there, but by no name of this server: nobody's roster can hold it.</summary>
    public void Described(bool contained)
    {
        _described = true;
        Elsewhere(contained);
    }

    // Of a group, a device: whose, nobody can say, but no patient is named.
    private void Elsewhere(bool contained)
    {
        if (contained)
        {
            _containedUnresolved = true;
        }
        else
        {
            _unresolved = true;
        }
    }

    /// <summary>Notes the reference in an owner element.</summary>
    /// <param name="form">How it says what it points at.</param>
    /// <param name="type">The type it points at, when it is literal.</param>
    /// <param name="id">The id it points at, when it is literal.</param>
    /// <param name="program">How the containing type's owner is established.</param>
    /// <param name="contained">It stands in a contained resource.</param>
    /// <param name="speaksOfPatient">It is not literal, and may be meant for a Patient.</param>
    public void Owner(
        ReferenceForm form,
        ResourceType type,
        ReadOnlySpan<byte> id,
        ScanProgram program,
        bool contained,
        bool speaksOfPatient
    )
    {
        var literal = form == ReferenceForm.Literal;
        var isTarget = literal && program.OfTargets && !contained;
        if (literal && program.SpeaksOfOthers && !contained)
        {
            _targets.Add(new ResourceName(type, Encoding.ASCII.GetString(id)));
        }

        if (literal && type == ResourceType.Patient)
        {
            (contained ? _contained : _owners).Add(Intern(id));
        }
        else if (literal && program.Rule == OwnerRule.Participants && type.Name == "RelatedPerson")
        {
            _relatedPerson |= !contained;
        }
        else if (literal && (isTarget ? PatientPathTable.Instance.IsNobodys(type) : PatientPathTable.Instance.IsNobody(type)))
        {
            _nobody |= !contained;
        }
        else if (program.Rule == OwnerRule.Participants && !contained && !speaksOfPatient)
        {
            // Somebody who takes part and is no patient hides nobody who is.
            _bystander = true;
            _unreadable |= form == ReferenceForm.Unreadable;
        }
        else if (literal)
        {
            Elsewhere(contained);
        }
        else if (form == ReferenceForm.Elsewhere)
        {
            Described(contained);
        }
        else
        {
            Unresolved(contained);
        }
    }

    /// <summary>Notes a reference in another element that can name a patient.</summary>
    /// <param name="literal">Whether it could be read.</param>
    /// <param name="type">The type it points at.</param>
    /// <param name="id">The id it points at.</param>
    /// <param name="speaksOfPatient">An unreadable one that says it is a Patient.</param>
    public void Other(bool literal, ResourceType type, ReadOnlySpan<byte> id, bool speaksOfPatient)
    {
        if (literal && type == ResourceType.Patient)
        {
            _others.Add(Intern(id));
        }
        else
        {
            _otherUnresolved |= speaksOfPatient;
            _otherSomebodys |= !literal || !PatientPathTable.Instance.IsNobodys(type);
        }
    }

    /// <summary>Concludes anew: every target is known, and these are the owners of those that have any.</summary>
    public void ConcludeOfTargets(IReadOnlyList<PatientId> owners, OwnerRule rule, ResourceFacts facts)
    {
        _unresolved = false;
        _nobody = true;
        _owners.AddRange(owners);
        Conclude(rule, facts);
    }

    /// <summary>Concludes into the facts.</summary>
    public void Conclude(OwnerRule rule, ResourceFacts facts)
    {
        if (rule == OwnerRule.Self && facts.Id is { } id && PatientId.TryParse(id, out var self))
        {
            _owners.Add(self);
        }

        facts.Owner = State(rule);
        var isUnnamed = rule == OwnerRule.SubjectOrOthers && !Named && !_containedUnresolved;
        CountsOthers = isUnnamed || rule == OwnerRule.Named || facts.Owner == OwnerState.NotPatientData;
        if (isUnnamed)
        {
            facts.Owner = _otherSomebodys && _others.Count == 0 ? OwnerState.Undetermined : OwnerState.NotPatientData;
        }

        if (rule == OwnerRule.Named && _others.Count > 0 && !_otherUnresolved && !_otherSomebodys && !_containedUnresolved)
        {
            facts.Owner = OwnerState.Known;
            _owners.AddRange(_others);
        }

        if (facts.Owner == OwnerState.NotPatientData)
        {
            facts.Owner = _others.Count + _contained.Count > 0 ? OwnerState.Known : OwnerState.NotPatientData;
            facts.Owner = _otherUnresolved ? OwnerState.Undetermined : facts.Owner;
            _owners.AddRange(_others);
        }

        facts.NamesNoPatient =
            facts.Owner == OwnerState.Undetermined
            && !_unreadable
            && !_otherUnresolved
            && rule != OwnerRule.Self
            && (_described || _owners.Count + _others.Count + _contained.Count == 0);
        if (facts.Owner == OwnerState.Known)
        {
            AddAll(_owners, facts);
            AddAll(_contained, facts);
        }
    }

    private static void AddAll(List<PatientId> owners, ResourceFacts facts)
    {
        for (var i = 0; i < owners.Count; i++)
        {
            facts.AddOwner(owners[i]);
        }
    }

    private OwnerState State(OwnerRule rule)
    {
        if (_unresolved || _containedUnresolved)
        {
            return OwnerState.Undetermined;
        }

        if (_owners.Count > 0)
        {
            return OwnerState.Known;
        }

        return
            (_nobody || rule == OwnerRule.Optional)
            && !_relatedPerson
            && !_bystander
            && rule is not (OwnerRule.Indirect or OwnerRule.Self or OwnerRule.Named)
            ? OwnerState.NotPatientData
            : OwnerState.Undetermined;
    }

    // The entries of a Bundle mostly share their patient.
    private PatientId Intern(ReadOnlySpan<byte> id)
    {
        if (_lastLength == 0 || !id.SequenceEqual(_lastBytes.AsSpan(0, _lastLength)))
        {
            _last = PatientId.Parse(Encoding.ASCII.GetString(id));
            id.CopyTo(_lastBytes);
            _lastLength = id.Length;
        }

        return _last;
    }
}
