using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Judges under one permit which resources and elements may leave (and enter), by type, patient, condition and label. Carried by the
/// permit, asked by the answer filters.
/// </summary>
/// <remarks>Pure; bound to one snapshot, one caller, one moment. Anything a policy does not recognise is withheld.</remarks>
public abstract class ReleasePolicy
{
    /// <summary>Withholds everything.</summary>
    public static ReleasePolicy Nothing { get; } = new NothingPolicy();

    /// <summary>Types of which anything at all may be released.</summary>
    public abstract ResourceTypeSet Types { get; }

    /// <summary>
    /// Token parameters whose values must be in <see cref="ResourceFacts.Tokens"/> when a resource of this type is judged.
    /// </summary>
    public abstract IReadOnlyList<string> ParametersNeeded(ResourceType type);

    /// <summary>The elements that any grant would let out of a resource of this type; what the client may sort and filter by.</summary>
    public abstract ElementSet ElementsOf(ResourceType type);

    /// <summary>
    /// The elements that leave of a resource of this type that is contained in another: what the use case lets out of the type anywhere;
    /// all of it where no grant speaks of the type.
    /// </summary>
    /// <remarks>
    /// That the other may leave with what it contains is judged by <see cref="Judge"/>, which counts the labels and owners of both.
    /// </remarks>
    public virtual ElementSet ElementsOfContained(ResourceType type) => ElementSet.All;

    /// <summary>
    /// Judges what stands in a stored Bundle, which may be what can be read by its id; this one itself where there is no difference. What the
    /// Bundle stands in, and the Bundle itself, are not asked of it.
    /// </summary>
    public virtual ReleasePolicy OfHeld => this;

    /// <summary>Judges one resource.</summary>
    public abstract ReleaseVerdict Judge(ResourceFacts facts);

    /// <summary>
    /// Judges one resource by everything but whose it is: of a record of several patients, or of nobody who is known, whose it is was asked
    /// elsewhere.
    /// </summary>
    public virtual WithholdReason JudgeWhosever(ResourceFacts facts) => Judge(facts).Reason;

    /// <summary>
    /// By what a patient is covered whom the permitted request names, in the words of <see cref="PatientCoverage"/>: of a write, before
    /// there is an answer to judge. Null: it is not known.
    /// </summary>
    public virtual string? CoverageAsked(PatientId patient) => null;

    /// <summary>
    /// Labels besides HL7's sensitivities that records are known to bear, since a grant of the registry names them. A policy that stands
    /// before another one gives the other's.
    /// </summary>
    public abstract IReadOnlyList<SecurityLabel> KnownLabels { get; }

    /// <summary>
    /// Whether every resource of a type would leave of which nobody can say whose it is: however confidential, whatever its sensitivity,
    /// whatever other label it bears that a grant of the registry names. So for who may see it nothing is gained by finding out whether it
    /// is there.
    /// </summary>
    public bool ShowsWhatIsNobodysKnown(ResourceType type) =>
        JudgeWhatever(new ResourceFacts { Type = type, NamesNoPatient = true }) == WithholdReason.None;

    /// <summary>
    /// The same where not only that there is such a resource is told, but what it holds: whatever refrain of HL7's it bears besides, named
    /// by a grant or not.
    /// </summary>
    public bool ShowsWhateverItHolds(ResourceType type) =>
        JudgeWhatever(new ResourceFacts { Type = type, NamesNoPatient = true }, ActCodes.Refrains) == WithholdReason.None;

    /// <summary>
    /// Judges a record of which nobody knows any more how it was labelled, as if it were labelled with everything; none: it may be told of.
    /// What is nobody's is judged as it is.
    /// </summary>
    /// <param name="named">What is known by its name.</param>
    public WithholdReason JudgeWhatever(ResourceFacts named) => JudgeWhatever(named, []);

    private WithholdReason JudgeWhatever(ResourceFacts named, IReadOnlyList<SecurityLabel> besides)
    {
        if (named.Owner == OwnerState.NotPatientData)
        {
            return Judge(named).Reason;
        }

        var any = new ResourceFacts
        {
            Type = named.Type,
            Id = named.Id,
            Owner = named.Owner,
            NamesNoPatient = named.NamesNoPatient,
            Confidentiality = Confidentiality.VeryRestricted,
        };
        foreach (var owner in named.Owners)
        {
            any.AddOwner(owner);
        }

        foreach (var label in ActCodes.Sensitivities)
        {
            any.AddLabel(label);
        }

        foreach (var label in KnownLabels)
        {
            any.AddLabel(label);
        }

        foreach (var label in besides)
        {
            any.AddLabel(label);
        }

        return Judge(any).Reason;
    }

    /// <summary>
    /// Labels for which a record of a type may stay, of the refrains and of those that grants of the registry name: what a server can be
    /// asked for where there are too many records to look at.
    /// </summary>
    public IReadOnlyList<SecurityLabel> FindHiddenLabels(ResourceType type)
    {
        var hidden = new List<SecurityLabel>();
        foreach (var label in ActCodes.Refrains.Union(KnownLabels))
        {
            var facts = new ResourceFacts { Type = type, NamesNoPatient = true };
            facts.AddLabel(label);
            if (Judge(facts).Reason != WithholdReason.None)
            {
                hidden.Add(label);
            }
        }

        return hidden;
    }

    private sealed class NothingPolicy : ReleasePolicy
    {
        public override ResourceTypeSet Types => default;

        public override IReadOnlyList<SecurityLabel> KnownLabels => [];

        public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => [];

        public override ElementSet ElementsOf(ResourceType type) => ElementSet.Of([]);

        public override ReleaseVerdict Judge(ResourceFacts facts) => ReleaseVerdict.Withheld(WithholdReason.NotCovered);
    }
}
