using System.Runtime.InteropServices;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Collects what one answer (or one segment of it) lets out and withholds: resources, patients, labels. Filled while filtering, recorded
/// before the first byte leaves.
/// </summary>
/// <remarks>Mutable and reusable; not thread-safe.</remarks>
public sealed class Disclosure
{
    /// <summary>Withheld resources that are named, and patients of such; beyond it they are counted.</summary>
    public const int MostWithheldNamed = 1000;

    private const int MostWithheldPatients = 10_000;

    private static readonly int ReasonCount = Enum.GetValues<WithholdReason>().Length;

    // Most answers are one resource of one patient without a label: what several of them need is made for several.
    private readonly List<DisclosedResource> _resources = new(1);
    private readonly List<PatientId> _patients = new(1);
    private readonly List<PatientCoverage> _coverage = new(1);
    private readonly List<SecurityLabel> _labels = [];
    private Dictionary<PatientId, int>? _known;
    private HashSet<SecurityLabel>? _knownLabels;
    private int[]? _reasons;
    private List<WithheldResource>? _withheld;
    private HashSet<PatientId>? _withheldPatients;

    /// <summary>Every resource released, in order.</summary>
    public IReadOnlyList<DisclosedResource> Resources => _resources;

    /// <summary>How many of them stand for themselves, and not in a record of several: what a search has matched.</summary>
    public int Records { get; private set; }

    /// <summary>Every patient whose data is released, once each.</summary>
    public IReadOnlyList<PatientId> Patients => _patients;

    /// <summary>By what each of them is covered, place by place.</summary>
    public IReadOnlyList<PatientCoverage> Coverage => _coverage;

    /// <summary>Security labels on what is released, once each.</summary>
    public IReadOnlyList<SecurityLabel> Labels => _labels;

    /// <summary>Highest confidentiality released.</summary>
    public Confidentiality Confidentiality { get; private set; }

    /// <summary>How many resources were withheld.</summary>
    public int Withheld { get; private set; }

    /// <summary>Why the last withheld resource was withheld.</summary>
    public WithholdReason LastWithheld { get; private set; }

    /// <summary>The first withheld resources by their names, for the record; PHI. What could not be read has none.</summary>
    public IReadOnlyList<WithheldResource> WithheldResources => _withheld ?? [];

    /// <summary>Every patient of whom something was withheld, once each, up to a bound; PHI.</summary>
    public IReadOnlyCollection<PatientId> WithheldPatients => _withheldPatients ?? [];

    /// <summary>
    /// There will soon be no room for further patients of whom something was withheld: an answer that is running is to put them on record first.
    /// </summary>
    public bool HoldsManyNames => _withheldPatients?.Count >= MostWithheldPatients / 2;

    /// <summary>How many entries or lines could not even be read; they are among the withheld.</summary>
    public int Unread { get; private set; }

    /// <summary>The upstream named a place where the answer continues, and that has no name on this side.</summary>
    public bool CannotFollow { get; set; }

    /// <summary>The upstream says that not all of its sources were heard, so that its answer may lack something.</summary>
    public bool SaidIncomplete { get; set; }

    /// <summary>How many were withheld for this reason.</summary>
    public int CountOf(WithholdReason reason) => _reasons?[(int)reason] ?? 0;

    /// <summary>At least one resource leaves as a part of it, whether or not there was anything to cut.</summary>
    public bool Redacted { get; set; }

    /// <summary>At least one released resource is patient data whose patient could not be established.</summary>
    public bool HasUndeterminedPatient { get; private set; }

    /// <summary>
    /// The permit narrowed the search, but the answer's self link does not show it: the upstream may have ignored a parameter. Every entry
    /// was judged all the same.
    /// </summary>
    public bool NarrowingNotApplied { get; set; }

    /// <summary>Notes a released resource.</summary>
    /// <param name="facts">The resource.</param>
    /// <param name="verdict">What released it; withheld: nobody says by what its patients are covered.</param>
    public void Release(ResourceFacts facts, in ReleaseVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(facts);
        _resources.Add(new DisclosedResource(facts.Type, facts.Id, facts.VersionId));
        Records++;
        for (var i = 0; i < facts.Owners.Count; i++)
        {
            var place = PlaceOf(facts.Owners[i]);
            _coverage[place] = _coverage[place].With(verdict, facts.Owners[i], facts);
        }

        for (var i = 0; i < facts.Labels.Count; i++)
        {
            Name(facts.Labels[i]);
        }

        HasUndeterminedPatient |= facts.Owner == OwnerState.Undetermined;
        if (facts.Confidentiality > Confidentiality)
        {
            Confidentiality = facts.Confidentiality;
        }
    }

    /// <summary>Notes a withheld resource.</summary>
    public void Withhold(WithholdReason reason)
    {
        Withheld++;
        LastWithheld = reason;
        (_reasons ??= new int[ReasonCount])[(int)reason]++;
    }

    /// <summary>Notes a withheld resource by what it is and whose.</summary>
    public void Withhold(WithholdReason reason, ResourceFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        Withhold(reason);
        if (reason == WithholdReason.OutsideTenant)
        {
            // Whose it is is no news to this tenant's trail.
            return;
        }

        Name(new WithheldResource(facts.Type, facts.Id, reason));
        for (var i = 0; i < facts.Owners.Count; i++)
        {
            Name(facts.Owners[i]);
        }
    }

    /// <summary>Takes over the names of what a part withheld, without its counts: of a container that was withheld for them.</summary>
    public void NameWithheld(Disclosure part)
    {
        ArgumentNullException.ThrowIfNull(part);
        foreach (var resource in part.WithheldResources)
        {
            Name(resource);
        }

        foreach (var patient in part.WithheldPatients)
        {
            Name(patient);
        }
    }

    /// <summary>Notes an entry or a line that could not be read.</summary>
    public void PassBy()
    {
        Unread++;
        Withhold(WithholdReason.Unjudgeable);
    }

    /// <summary>Takes over what was looked at and does not leave: of matches that are only counted, what was withheld.</summary>
    public void MergeUnseen(Disclosure part)
    {
        ArgumentNullException.ThrowIfNull(part);
        NarrowingNotApplied |= part.NarrowingNotApplied;
        SaidIncomplete |= part.SaidIncomplete;
        Withheld += part.Withheld;
        Unread += part.Unread;
        for (var i = 0; part._reasons is { } reasons && i < ReasonCount; i++)
        {
            (_reasons ??= new int[ReasonCount])[i] += reasons[i];
        }

        LastWithheld = part.Withheld > 0 ? part.LastWithheld : LastWithheld;
        NameWithheld(part);
    }

    /// <summary>Takes over what a record lets out that holds others: they leave within it.</summary>
    public void MergeHeld(Disclosure part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var records = Records;
        Merge(part);
        for (var i = _resources.Count - part._resources.Count; i < _resources.Count; i++)
        {
            _resources[i] = _resources[i] with { IsHeld = true };
        }

        Records = records;
    }

    /// <summary>Takes over what a part of the same answer lets out.</summary>
    public void Merge(Disclosure part)
    {
        _resources.AddRange(part._resources);
        Records += part.Records;
        for (var i = 0; i < part._patients.Count; i++)
        {
            var place = PlaceOf(part._patients[i]);
            _coverage[place] = _coverage[place].Or(part._coverage[i]);
        }

        foreach (var label in part._labels)
        {
            Name(label);
        }

        HasUndeterminedPatient |= part.HasUndeterminedPatient;
        Redacted |= part.Redacted;
        CannotFollow |= part.CannotFollow;
        MergeUnseen(part);
        if (part.Confidentiality > Confidentiality)
        {
            Confidentiality = part.Confidentiality;
        }
    }

    /// <summary>Empties it for the next segment.</summary>
    public void Reset()
    {
        _resources.Clear();
        Records = 0;
        _patients.Clear();
        _coverage.Clear();
        _known?.Clear();
        _labels.Clear();
        _knownLabels?.Clear();
        Confidentiality = Confidentiality.Unrestricted;
        Withheld = 0;
        Unread = 0;
        CannotFollow = false;
        SaidIncomplete = false;
        _reasons.AsSpan().Clear();
        _withheld?.Clear();
        _withheldPatients?.Clear();
        LastWithheld = WithholdReason.None;
        Redacted = false;
        NarrowingNotApplied = false;
        HasUndeterminedPatient = false;
    }

    // Records of one patient mostly follow each other.
    private int PlaceOf(PatientId patient)
    {
        var last = _patients.Count - 1;
        if (last >= 0 && _patients[last] == patient)
        {
            return last;
        }

        if (last < 0)
        {
            _patients.Add(patient);
            _coverage.Add(default);
            return 0;
        }

        // Most answers are of one patient: the first is looked up once there is a second.
        var known = _known ??= [];
        if (last == 0)
        {
            known[_patients[0]] = 0;
        }

        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(known, patient, out var isKnown);
        if (!isKnown)
        {
            place = _patients.Count;
            _patients.Add(patient);
            _coverage.Add(default);
        }

        return place;
    }

    private void Name(SecurityLabel label)
    {
        if ((_knownLabels ??= []).Add(label))
        {
            _labels.Add(label);
        }
    }

    private void Name(WithheldResource resource)
    {
        if ((_withheld ??= []).Count < MostWithheldNamed)
        {
            _withheld.Add(resource);
        }
    }

    private void Name(PatientId patient)
    {
        if ((_withheldPatients ??= []).Count < MostWithheldPatients)
        {
            _withheldPatients.Add(patient);
        }
    }
}

/// <summary>One withheld resource, for the record of the answer that it is missing from; PHI.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Id">Logical id; null when it has none.</param>
/// <param name="Reason">Why it was withheld.</param>
public readonly record struct WithheldResource(ResourceType Type, string? Id, WithholdReason Reason);

/// <summary>One released resource.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Id">Logical id; null when it has none.</param>
/// <param name="VersionId">Version; null when unknown.</param>
public readonly record struct DisclosedResource(ResourceType Type, string? Id, string? VersionId)
{
    /// <summary>It leaves within another record, as an entry of a stored Bundle; false by default.</summary>
    public bool IsHeld { get; init; }
}
