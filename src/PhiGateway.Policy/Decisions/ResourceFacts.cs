using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// The facts of one resource that policy judges by (type, owners, labels, coded values), read from its JSON by the language layer.
/// </summary>
/// <remarks>
/// Mutable and reusable, so that a stream of resources costs no allocation; not thread-safe; <see cref="Reset"/> before each use.
/// </remarks>
public sealed class ResourceFacts
{
    private const int Few = 8;

    private readonly List<PatientId> _owners = new(2);
    private readonly List<SecurityLabel> _labels = new(2);
    private readonly List<TokenFact> _tokens = new(4);

    // Made once a resource names more than a few: who wrote it picks how many.
    private HashSet<PatientId>? _knownOwners;
    private HashSet<SecurityLabel>? _knownLabels;

    public ResourceType Type { get; set; }

    /// <summary>Logical id; null when the resource has none.</summary>
    public string? Id { get; set; }

    /// <summary><c>meta.versionId</c>; null when absent.</summary>
    public string? VersionId { get; set; }

    /// <summary>Whether it could be said whose record this is.</summary>
    public OwnerState Owner { get; set; }

    /// <summary>Whose record it is; filled exactly when <see cref="Owner"/> is <see cref="OwnerState.Known"/>.</summary>
    public IReadOnlyList<PatientId> Owners => _owners;

    /// <summary>
    /// With <see cref="OwnerState.Undetermined"/>: read through, what it does not name by an id of this server is named by none (a group, a
    /// device, somebody described in place, by a number, by another server's address). False: something in it may name a patient of this
    /// server and could not be read; that is withheld from everybody.
    /// </summary>
    public bool NamesNoPatient { get; set; }

    /// <summary>
    /// With <see cref="NamesNoPatient"/>: nothing is missing. Its type has no element that could say whose it is (a Slot, a DeviceMetric),
    /// names who takes part, and no patient does (an AuditEvent of a login), or is for what is nobody's as well (a Group before its first
    /// member). False where it leaves out what it should say.
    /// </summary>
    public bool NeedNameNoPatient { get; set; }

    /// <summary>High-water mark over the resource, what it contains and its inline labels; Normal when unlabelled.</summary>
    public Confidentiality Confidentiality { get; set; }

    /// <summary>All other security labels found, in the resource, contained and inline.</summary>
    public IReadOnlyList<SecurityLabel> Labels => _labels;

    /// <summary>Codings found under the parameters that policy asked for.</summary>
    public IReadOnlyList<TokenFact> Tokens => _tokens;

    /// <summary>
    /// The resource says of itself that elements are missing (SUBSETTED) or could not be read to the end of what judgement needs.
    /// </summary>
    public bool Unjudgeable { get; set; }

    /// <summary>Types of the resources that are contained in it, or in what it holds as entries.</summary>
    /// <remarks>Of each of them leaves what the grants of its own type show.</remarks>
    public ResourceTypeSet Contained { get; private set; }

    /// <summary>Types of the resources that it holds as entries (a Bundle); empty where nobody looked.</summary>
    public ResourceTypeSet Entries { get; private set; }

    /// <summary>Among its owners is a Patient that the same transaction creates: on no roster, in no context, known to no task.</summary>
    public bool HasNewOwner { get; private set; }

    public void AddOwner(PatientId owner)
    {
        if (!IsOwner(owner))
        {
            Add(_owners, ref _knownOwners, owner);
        }
    }

    /// <summary>Says that the names in it are not those of this server: whose it is stands there, but nobody's roster can hold it.</summary>
    public void Disown()
    {
        if (Owner == OwnerState.Known)
        {
            NamesNoPatient = true;
            Owner = OwnerState.Undetermined;
            _owners.Clear();
        }
    }

    /// <summary>Says that it is one patient's alone, to ask about each of several by himself.</summary>
    public void OwnBy(PatientId owner)
    {
        _owners.Clear();
        _knownOwners = null;
        _owners.Add(owner);
    }

    public void AddLabel(SecurityLabel label)
    {
        if (!HasLabel(label))
        {
            Add(_labels, ref _knownLabels, label);
        }
    }

    /// <summary>Whether a patient is among the owners.</summary>
    public bool IsOwner(PatientId patient) => _knownOwners?.Contains(patient) ?? _owners.Contains(patient);

    /// <summary>Whether a label is among the labels.</summary>
    public bool HasLabel(in SecurityLabel label) => _knownLabels?.Contains(label) ?? _labels.Contains(label);

    public void AddToken(TokenFact token) => _tokens.Add(token);

    /// <summary>A resource of this type is contained in it.</summary>
    public void Contain(ResourceType type) => Contained = Contained.With(type);

    /// <summary>It holds a resource as an entry, with all that is in that.</summary>
    public void Hold(ResourceFacts entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Entries = Entries.With(entry.Type).Union(entry.Entries);
        Contained = Contained.Union(entry.Contained);
    }

    /// <summary>Holds what another one holds.</summary>
    public void HoldAll(ResourceFacts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Entries = Entries.Union(other.Entries);
        Contained = Contained.Union(other.Contained);
    }

    /// <summary>Says that this owner stood only for a Patient about to be created; false when it is not among the owners.</summary>
    public bool DeclareNew(PatientId owner)
    {
        var declared = _owners.Remove(owner);
        _knownOwners?.Remove(owner);
        HasNewOwner |= declared;
        return declared;
    }

    /// <summary>Raises the high-water mark.</summary>
    public void Raise(Confidentiality confidentiality)
    {
        if (confidentiality > Confidentiality)
        {
            Confidentiality = confidentiality;
        }
    }

    /// <summary>Back to an unread, unlabelled, undetermined resource. The low-water mark of confidentiality is set by the reader.</summary>
    public void Reset()
    {
        Type = default;
        Id = null;
        VersionId = null;
        Owner = OwnerState.Undetermined;
        Confidentiality = Confidentiality.Unrestricted;
        Unjudgeable = false;
        HasNewOwner = false;
        NamesNoPatient = false;
        NeedNameNoPatient = false;
        Contained = default;
        Entries = default;
        _owners.Clear();
        _labels.Clear();
        _tokens.Clear();
        _knownOwners = null;
        _knownLabels = null;
    }

    private static void Add<T>(List<T> list, ref HashSet<T>? known, T item)
    {
        list.Add(item);
        if (known is not null)
        {
            known.Add(item);
        }
        else if (list.Count > Few)
        {
            known = [.. list];
        }
    }
}

/// <summary>Whether it is known whose record a resource is.</summary>
public enum OwnerState : byte
{
    /// <summary>Patient data, but whose could not be established: withheld wherever patients matter.</summary>
    Undetermined = 0,

    /// <summary>Owners are listed.</summary>
    Known,

    /// <summary>The type is nobody's record and this instance points at no patient (Organization, Location, ValueSet …).</summary>
    NotPatientData,
}

/// <summary>One coding found where a token search parameter looks.</summary>
/// <param name="Parameter">The parameter, such as <c>category</c>.</param>
/// <param name="System">Its system; null when absent.</param>
/// <param name="Code">Its code; null when absent.</param>
public readonly record struct TokenFact(string Parameter, string? System, string? Code);
